"""What a person can do about a saga, and what stays forbidden to them."""

import msgspec
import pytest

from libs.saga.reducer import SagaForbids
from libs.saga.state import Aborted, Retried, Skipped
from tests.saga.toys import Driver, paid

_BODY = msgspec.Raw(b'{"address":"new"}')


def _refused() -> Driver:
    """A step that must succeed was refused."""
    return paid().done("capture").answer("ship", "rejected", code="toys.no_such_place")


def test_a_refused_step_after_the_pivot_needs_a_person():
    driver = _refused()

    assert (driver.status, driver.state.resumes) == ("needs_attention", "running")
    assert driver.state.code == "toys.no_such_place"
    assert driver.step("ship").status == "sent"


def test_time_does_not_move_a_stuck_step():
    driver = _refused().done("close").wait(100_000)

    assert not driver.last.changed
    assert driver.state.due_at() is None


def test_other_branches_are_asked_again_while_one_is_stuck():
    driver = _refused().wait(6)

    assert driver.sent == ["close.do#2"]


def test_a_retry_of_a_refused_step_asks_under_a_new_generation():
    driver = _refused().feed(Retried(step="ship"))

    assert driver.sent == ["ship.do#2"]
    assert driver.last.sends[0].generation == 1
    assert driver.status == "running"
    assert driver.state.code is None


def test_the_refusal_of_the_old_generation_counts_no_more():
    driver = _refused().feed(Retried(step="ship"))

    driver.answer("ship", "rejected", generation=0, code="toys.no_such_place")

    assert not driver.last.changed


def test_a_retry_may_bring_another_body():
    driver = _refused().feed(Retried(step="ship", body=_BODY))

    assert driver.step("ship").body == _BODY
    assert driver.done("ship", "close").status == "done"


def test_the_edited_body_stays_for_later_retries():
    driver = _refused().feed(Retried(step="ship", body=_BODY))
    driver.answer("ship", "rejected", code="toys.again").feed(Retried(step="ship"))

    assert driver.step("ship").body == _BODY
    assert driver.last.sends[0].generation == 2


def test_a_step_that_was_not_refused_keeps_its_generation_and_its_body():
    driver = paid().feed(Retried(step="capture"))

    assert driver.sent == ["capture.do#2"]
    assert driver.last.sends[0].generation == 0
    with pytest.raises(SagaForbids):
        driver.feed(Retried(step="capture", body=_BODY))


def test_a_retry_counts_faults_and_patience_anew():
    driver = paid().wait(1000).answer("capture", "retry", code="internal_error")

    driver.feed(Retried(step="capture"))

    assert driver.step("capture").failures == 0
    assert driver.step("capture").since == driver.now


def test_a_refused_undo_is_asked_again_under_its_generation():
    driver = Driver().done("stock").answer("coupon", "rejected", code="toys.used_up")
    driver.answer("stock", "rejected", "undo", code="toys.stuck").feed(Retried(step="stock"))

    assert driver.sent == ["stock.undo#2"]
    assert driver.last.sends[0].generation == 0
    assert driver.status == "aborting"
    assert driver.undone("stock").status == "compensated"


def test_skipping_a_step_goes_on_as_if_it_were_done():
    driver = _refused().done("close").feed(Skipped(step="ship", output={"by": "hand"}))

    assert driver.status == "done"
    assert driver.state.output("ship") == {"by": "hand"}


def test_skipping_an_undo_goes_on_as_if_it_were_undone():
    driver = Driver().answer("stock", output={"shelf": 7})
    driver.answer("coupon", "rejected", code="toys.used_up").feed(Skipped(step="stock"))

    assert driver.status == "compensated"
    assert driver.state.output("stock") == {"shelf": 7}


def test_a_late_answer_to_a_skipped_step_changes_nothing():
    driver = _refused().feed(Skipped(step="ship")).done("ship")

    assert not driver.last.changed


def test_an_answer_that_comes_after_all_ends_the_parking():
    driver = _refused().done("ship", "close")

    assert driver.status == "done"


def test_the_success_of_another_branch_does_not_end_the_need_for_a_person():
    driver = _refused().done("close")

    assert driver.step("close").status == "ok"
    assert driver.status == "needs_attention"
    assert driver.state.code == "toys.no_such_place"


def test_a_new_fault_of_a_stuck_step_is_what_the_saga_tells_of():
    driver = _refused().answer("ship", "retry", code="internal_error")

    assert (driver.status, driver.state.code) == ("needs_attention", "internal_error")


def test_a_second_refusal_needs_a_second_decision():
    driver = _refused().answer("close", "rejected", code="toys.closed")

    driver.feed(Skipped(step="close"))

    assert driver.status == "needs_attention"
    assert driver.feed(Skipped(step="ship")).status == "done"


@pytest.mark.parametrize("event", [Retried(step="stock"), Skipped(step="stock")])
def test_only_an_awaited_step_is_retried_or_skipped(event):
    with pytest.raises(SagaForbids):
        paid().feed(event)


@pytest.mark.parametrize("event", [Retried(step="gift_wrap"), Skipped(step="gift_wrap")])
def test_an_unknown_step_is_neither_retried_nor_skipped(event):
    with pytest.raises(SagaForbids):
        paid().feed(event)


@pytest.mark.parametrize(
    "event", [Retried(step="ship"), Skipped(step="ship"), Aborted(code="no", detail="no")]
)
def test_nothing_is_done_to_a_saga_that_has_ended(event):
    driver = paid().done("capture", "ship", "close")

    with pytest.raises(SagaForbids):
        driver.feed(event)


def test_a_forbidden_act_leaves_the_state_as_it_was():
    driver = paid()
    before = driver.state

    with pytest.raises(SagaForbids):
        driver.feed(Aborted(code="no", detail="no"))

    assert driver.state == before
