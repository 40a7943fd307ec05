"""The way back: what is undone, in which order, and when there is no way back."""

import pytest

from libs.messaging.message import DEAD_LETTER
from libs.saga.reducer import COMPENSABLE_FAILURES, STUBBORN_FAILURES, SagaForbids
from libs.saga.state import Aborted
from libs.saga.transition import COMPENSATED, WAITING
from tests.saga.toys import Driver, Plan, paid, statuses

_STEPS = ["stock", "coupon", "authorize"]


def _declined() -> Driver:
    return Driver().done("stock", "coupon").answer("authorize", "rejected", code="toys.declined")


def test_a_refusal_undoes_what_was_done():
    driver = _declined()

    assert driver.status == "aborting"
    assert driver.sent == ["coupon.undo#1", "stock.undo#1"]
    assert driver.state.code == "toys.declined"


def test_the_refused_step_itself_is_not_undone():
    driver = _declined().undone("stock", "coupon")

    assert statuses(driver, _STEPS) == ["undone", "undone", "rejected"]


def test_the_saga_ends_when_all_is_undone():
    driver = _declined().undone("stock")

    assert driver.status == "aborting"

    driver.undone("coupon")

    assert driver.status == "compensated"
    assert driver.last.locals == (COMPENSATED,)


def test_steps_are_undone_last_first():
    driver = paid().answer("capture", "rejected", code="toys.expired")

    assert driver.sent == ["authorize.undo#1"]

    driver.undone("authorize")

    assert sorted(driver.sent) == ["coupon.undo#1", "stock.undo#1"]


def test_a_sibling_of_unknown_outcome_is_undone_without_waiting_for_its_answer():
    driver = Driver().answer("coupon", "rejected", code="toys.used_up")

    assert driver.sent == ["stock.undo#1"]

    driver.done("stock")

    assert not driver.last.changed


def test_a_skipped_step_is_not_undone():
    driver = Driver(plan=Plan(coupon=False)).done("stock")
    driver.answer("authorize", "rejected", code="toys.declined")

    assert driver.sent == ["stock.undo#1"]


def test_a_refusal_of_everything_ends_at_once():
    driver = Driver().answer("coupon", "rejected", code="toys.used_up").undone("stock")

    assert driver.status == "compensated"


def test_an_expired_command_counts_as_refused():
    driver = Driver().answer("stock", "cancelled", code="expired").undone("coupon")

    assert driver.status == "compensated"
    assert driver.state.code == "expired"


def test_the_deadline_undoes_everything():
    driver = Driver().done("stock").wait(91)

    assert driver.state.code == "toys.timed_out"
    assert sorted(driver.sent) == ["coupon.undo#1", "stock.undo#1"]


def test_the_deadline_means_nothing_once_the_pivot_is_sent():
    driver = paid().wait(10_000)

    assert driver.status != "aborting"


def test_a_rejected_pivot_undoes_everything():
    driver = paid().answer("capture", "rejected", code="toys.expired")
    driver.undone("authorize", "stock", "coupon")

    assert driver.status == "compensated"
    assert driver.state.code == "toys.expired"


def test_a_customer_may_abort_before_the_pivot():
    driver = Driver().done("stock", "coupon").feed(Aborted(code="toys.changed_mind", detail="no"))

    assert driver.sent == ["authorize.undo#1"]
    assert driver.state.code == "toys.changed_mind"


@pytest.mark.parametrize("outcome", [None, "in_doubt", "waiting", "retry", "done"])
def test_nobody_aborts_once_the_pivot_is_sent(outcome):
    driver = paid()
    if outcome:
        driver.answer("capture", outcome)

    with pytest.raises(SagaForbids):
        driver.feed(Aborted(code="toys.changed_mind", detail="no"))


def test_nobody_aborts_twice():
    with pytest.raises(SagaForbids):
        _declined().feed(Aborted(code="toys.changed_mind", detail="no"))


class TestFaults:
    """A passing fault is asked again; a lasting one ends in undoing or in a person's hands."""

    def test_a_fault_is_asked_again_after_a_pause(self):
        driver = Driver().answer("stock", "retry", code="internal_error")

        assert driver.sent == []
        assert driver.wait(0.5).sent == ["stock.do#2"]

    def test_the_pause_after_a_fault_doubles(self):
        driver = paid().done("capture", "close")
        pauses = []
        for _ in range(9):
            driver.answer("ship", "retry", code="internal_error")
            before = driver.now
            pauses.append(round((driver.wait_until_due().now - before).total_seconds(), 1))

        assert pauses == [0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60.0]

    def test_a_compensable_step_that_keeps_failing_is_given_up(self):
        driver = Driver()
        for _ in range(COMPENSABLE_FAILURES):
            driver.answer("stock", "retry", code="internal_error")

        assert driver.status == "aborting"
        assert sorted(driver.sent) == ["coupon.undo#1", "stock.undo#1"]

    @pytest.mark.parametrize("step", ["capture", "ship"])
    def test_a_step_that_must_succeed_is_never_given_up(self, step):
        driver = paid()
        if step == "ship":
            driver.done("capture")
        for _ in range(STUBBORN_FAILURES - 1):
            driver.answer(step, "retry", code="internal_error")

        assert driver.status == "running"

        driver.answer(step, "retry", code="internal_error")

        assert driver.status == "needs_attention"
        assert driver.state.code == "internal_error"

    def test_a_step_that_must_succeed_needs_a_person_after_three_dead_letters(self):
        driver = paid()
        for _ in range(2):
            driver.answer("capture", "retry", code=DEAD_LETTER)

        assert driver.status == "running"

        driver.answer("capture", "retry", code=DEAD_LETTER)

        assert driver.status == "needs_attention"
        assert driver.state.code == DEAD_LETTER

    def test_a_compensable_step_whose_command_became_a_dead_letter_is_given_up(self):
        driver = Driver().answer("stock", "retry", code=DEAD_LETTER)

        assert driver.status == "aborting"

    def test_a_success_forgets_the_faults_before_it(self):
        driver = Driver().answer("stock", "retry", code="internal_error").done("stock")

        assert (driver.step("stock").failures, driver.step("stock").code) == (0, None)

    def test_undoing_starts_with_no_faults_counted(self):
        driver = Driver()
        for _ in range(COMPENSABLE_FAILURES - 1):
            driver.answer("stock", "retry", code="internal_error")
        driver.answer("coupon", "rejected", code="toys.used_up")

        assert driver.step("stock").failures == 0

    def test_undoing_that_keeps_failing_needs_a_person(self):
        driver = _declined()
        for _ in range(STUBBORN_FAILURES):
            driver.answer("stock", "retry", "undo", code="internal_error")

        assert driver.status == "needs_attention"
        assert driver.state.resumes == "aborting"

    def test_undoing_that_is_refused_needs_a_person(self):
        driver = _declined().answer("stock", "rejected", "undo", code="toys.stuck")

        assert (driver.status, driver.state.code) == ("needs_attention", "toys.stuck")

    def test_the_reason_of_the_abort_survives_trouble_with_undoing(self):
        driver = _declined().answer("stock", "rejected", "undo", code="toys.stuck", detail="hm")

        driver.undone("stock", "coupon")

        assert driver.status == "compensated"
        assert driver.state.code == "toys.declined"
        assert driver.state.detail != "hm"

    def test_a_saga_that_went_on_tells_of_no_trouble(self):
        driver = paid().done("capture").answer("ship", "rejected", code="toys.no", detail="hm")

        driver.done("ship", "close")

        assert driver.status == "done"
        assert (driver.state.code, driver.state.detail) == (None, None)


class TestWaiting:
    """Somebody outside must act first."""

    def test_the_deadline_is_extended_and_the_hook_runs(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "waiting", output={"url": 1})

        assert driver.last.locals == (WAITING,)
        assert driver.state.output("authorize") == {"url": 1}
        assert driver.wait(500).status == "running"

    def test_the_extended_deadline_holds(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "waiting").wait(601)

        assert driver.status == "aborting"
        assert driver.sent == ["authorize.undo#1"]

    def test_a_shorter_wait_does_not_shorten_the_deadline(self):
        driver = Driver()
        deadline = driver.state.deadline_at

        driver.answer("stock", "waiting")

        assert driver.state.deadline_at == deadline

    def test_said_twice_it_runs_the_hook_once_and_extends_once(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "waiting")
        deadline = driver.state.deadline_at

        driver.wait(30).answer("authorize", "waiting")

        assert driver.last.locals == ()
        assert driver.state.deadline_at == deadline

    def test_it_is_still_asked_now_and_then(self):
        driver = Driver().done("stock", "coupon").answer("authorize", "waiting").wait(41)

        assert driver.sent == ["authorize.do#2"]

    def test_the_definite_answer_ends_it(self):
        driver = paid(Driver().done("stock", "coupon").answer("authorize", "waiting"))

        assert not driver.step("authorize").waiting
        assert driver.sent == ["capture.do#1"]

    def test_an_undo_that_waits_keeps_the_output_and_calls_nobody(self):
        driver = Driver().answer("stock", output={"shelf": 7})
        driver.answer("coupon", "rejected", code="toys.used_up")

        driver.answer("stock", "waiting", "undo")

        assert driver.last.locals == ()
        assert driver.state.output("stock") == {"shelf": 7}
        assert driver.undone("stock").status == "compensated"
