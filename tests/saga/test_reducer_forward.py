"""The way forward: what starts when, what ends a saga, and which answers count."""

import pytest

from libs.messaging.message import Payload
from libs.saga.definition import Saga, pivot
from libs.saga.transition import COMPLETED
from tests.saga.toys import Ask, Driver, Plan, ask, paid, statuses


def test_branches_that_need_nothing_start_at_once():
    driver = Driver()

    assert driver.sent == ["stock.do#1", "coupon.do#1"]
    assert driver.state.version == 1


def test_a_join_waits_for_every_branch():
    driver = Driver().done("coupon")

    assert driver.sent == []

    driver.done("stock")

    assert driver.sent == ["authorize.do#1"]


def test_a_step_whose_condition_fails_is_skipped():
    driver = Driver(plan=Plan(coupon=False))

    assert driver.sent == ["stock.do#1"]
    assert driver.step("coupon").status == "skipped"

    driver.done("stock")

    assert driver.sent == ["authorize.do#1"]


def test_the_pivot_is_sent_alone_and_ends_the_deadline():
    driver = paid()

    assert driver.sent == ["capture.do#1"]
    assert driver.state.deadline_at is None


def test_a_local_step_runs_in_the_transition_that_reaches_it():
    driver = paid().done("capture")

    assert driver.last.locals == ("confirm",)
    assert driver.sent == ["ship.do#1", "close.do#1"]


def test_a_saga_is_done_when_every_step_is_over():
    driver = paid().done("capture", "ship")

    assert driver.status == "running"

    driver.done("close")

    assert driver.status == "done"
    assert driver.last.locals == (COMPLETED,)
    assert driver.state.due_at() is None


def test_a_saga_of_a_pivot_alone_is_done_with_it():
    lone: Saga[Payload] = Saga(
        name="toys.lone", plan=Payload, steps=(pivot("pay", lambda _: Ask()),)
    )

    driver = Driver(lone, Payload()).done("pay")

    assert driver.status == "done"


def test_a_step_keeps_its_output():
    driver = Driver().answer("stock", output={"shelf": 7})

    assert driver.state.output("stock") == {"shelf": 7}
    assert driver.state.output("coupon") == {}


def test_each_transition_raises_the_version_by_one():
    driver = paid().done("capture", "ship", "close")

    assert driver.state.version == 7


@pytest.mark.parametrize(
    "late",
    [
        {"step": "stock"},
        {"step": "stock", "outcome": "rejected", "code": "toys.sold_out"},
        {"step": "authorize", "phase": "undo", "outcome": "undone"},
        {"step": "authorize", "generation": 1},
        {"step": "ship"},
    ],
)
def test_an_answer_that_nobody_awaits_changes_nothing(late):
    driver = Driver().done("stock", "coupon")
    before = driver.state

    driver.answer(**late)

    assert not driver.last.changed
    assert driver.sent == []
    assert driver.state == before


def test_an_answer_of_an_unknown_step_changes_nothing():
    driver = Driver()

    driver.answer("gift_wrap")

    assert not driver.last.changed


def test_no_answer_moves_a_saga_that_has_ended():
    driver = paid().done("capture", "ship", "close")

    driver.answer("close", "rejected", code="toys.no")

    assert not driver.last.changed
    assert driver.status == "done"


class TestEcho:
    """The broker repeats the last applied answer: its process died before it could publish."""

    def test_the_repeated_last_answer_publishes_what_is_pending(self):
        driver = Driver().done("stock", "coupon")

        driver.answer("coupon", redelivered=True)

        assert driver.sent == ["authorize.do#1"]
        assert not driver.last.changed

    def test_an_earlier_answer_does_not(self):
        driver = Driver().done("stock", "coupon")

        driver.answer("stock", redelivered=True)

        assert driver.sent == []

    def test_a_second_answer_that_is_no_redelivery_does_not(self):
        driver = Driver().done("stock", "coupon")

        driver.answer("coupon")

        assert driver.sent == []

    def test_a_step_that_waits_for_somebody_is_not_asked_again(self):
        driver = Driver().answer("stock", "waiting").done("coupon")

        driver.answer("coupon", redelivered=True)

        assert driver.sent == []

    def test_undoing_is_published_again_as_well(self):
        driver = Driver().done("stock").answer("coupon", "rejected", code="toys.used_up")

        driver.answer("coupon", "rejected", code="toys.used_up", redelivered=True)

        assert driver.sent == ["stock.undo#1"]

    def test_a_stuck_step_is_not_asked_again(self):
        driver = paid().done("capture").answer("ship", "rejected", code="toys.no").done("close")

        driver.answer("close", redelivered=True)

        assert driver.sent == []


class TestTime:
    """What is overdue is asked again, at growing distances."""

    def test_nothing_happens_before_it_is_due(self):
        driver = Driver().wait(1)

        assert not driver.last.changed

    def test_an_unanswered_command_is_sent_again_under_the_same_key(self):
        driver = Driver().wait(6)

        assert driver.sent == ["stock.do#2", "coupon.do#2"]
        assert driver.step("stock").generation == 0

    def test_the_distance_doubles_up_to_a_minute(self):
        driver = paid()
        distances = []
        for _ in range(7):
            before = driver.now
            driver.wait_until_due()
            distances.append(round((driver.now - before).total_seconds()))

        assert driver.sent == ["capture.do#8"]
        assert distances == [5, 10, 20, 40, 60, 60, 60]

    def test_only_what_is_overdue_is_asked_again(self):
        driver = Driver().wait(4).done("stock").wait(2)

        assert driver.sent == ["coupon.do#2"]

    def test_a_command_without_an_answer_for_its_patience_needs_a_person(self):
        driver = paid().done("capture").done("close")

        for _ in range(100):
            if driver.status == "needs_attention":
                break
            driver.wait_until_due()

        assert driver.status == "needs_attention"
        assert (driver.state.code, driver.state.resumes) == ("no_answer", "running")
        assert driver.state.due_at() is None


class TestDoubt:
    """No definite outcome: ask again, decide nothing."""

    def test_doubt_of_a_compensable_step_keeps_it_open(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "in_doubt", detail="timeout")

        assert driver.step("authorize").status == "sent"
        assert driver.status == "running"
        assert driver.sent == []

    def test_it_is_asked_again_after_a_longer_pause(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "in_doubt")

        assert not driver.wait(15).last.changed
        assert driver.wait(6).sent == ["authorize.do#2"]

    def test_the_deadline_undoes_a_compensable_step_in_doubt(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "in_doubt").wait(91)

        assert driver.sent == ["authorize.undo#1"]

    def test_a_pivot_in_doubt_is_never_undone(self):
        driver = paid().answer("capture", "in_doubt").wait(1000)

        assert driver.status == "running"
        assert driver.sent == ["capture.do#2"]

    def test_a_definite_answer_ends_the_doubt(self):
        driver = paid().answer("capture", "in_doubt", detail="timeout").done("capture")

        assert driver.step("capture").status == "ok"
        assert driver.step("capture").detail is None


def test_what_is_pending_is_exactly_what_was_sent_and_not_answered():
    driver = Driver().done("stock")

    assert statuses(driver, ["stock", "coupon", "authorize"]) == ["ok", "sent", "idle"]
    assert ask(Plan()) == Ask()
