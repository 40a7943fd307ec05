"""A definition that could leave something half done is refused when its module is imported."""

from typing import Any

import pytest

from libs.saga.definition import (
    BadSaga,
    Registry,
    Saga,
    Step,
    compensable,
    local,
    pivot,
    retriable,
)
from tests.saga.toys import ORDER, Plan, ask, note

_PAY: Step[Any] = pivot("pay", ask)


def _saga(*steps: Step[Any], name: str = "toys.bad", **settings: Any) -> Saga[Any]:
    return Saga(name=name, plan=Plan, steps=steps, **settings)


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ((), "exactly one pivot"),
        ((compensable("hold", ask, ask),), "exactly one pivot"),
        ((_PAY, pivot("pay_again", ask)), "exactly one pivot"),
        ((compensable("pay", ask, ask), _PAY), "two steps of one name"),
        ((compensable("hold", ask, ask, after=("pay",)), _PAY), "hold comes before pay"),
        ((compensable("hold", ask, ask, after=("hold",)), _PAY), "hold comes before hold"),
        ((pivot("pay", ask, after=("nowhere",)),), "pay comes before nowhere"),
        ((_PAY, compensable("hold", ask, ask)), "hold is compensable and stands after the pivot"),
        ((retriable("ship", ask), _PAY), "ship is retriable and stands before the pivot"),
        ((local("confirm", note), _PAY), "confirm is local and stands before the pivot"),
        ((_PAY, retriable("ship", ask, after=())), "ship is retriable and stands before the pivot"),
        (
            (compensable("hold", ask, ask), pivot("pay", ask, after=())),
            "the pivot does not wait for hold",
        ),
        (
            (Step("hold", "compensable", do=ask), _PAY),
            "hold is compensable and needs exactly do and undo",
        ),
        (
            (Step("hold", "compensable", undo=ask), _PAY),
            "hold is compensable and needs exactly do and undo",
        ),
        ((Step("pay", "pivot"),), "pay is pivot and needs exactly do"),
        ((Step("pay", "pivot", do=ask, undo=ask),), "pay is pivot and needs exactly do"),
        (
            (_PAY, Step("ship", "retriable", do=ask, undo=ask)),
            "ship is retriable and needs exactly do",
        ),
        ((_PAY, Step("ship", "retriable")), "ship is retriable and needs exactly do"),
        ((_PAY, Step("confirm", "local")), "confirm is local and needs exactly local"),
        ((Step("pay", "pivot", do=ask, when=lambda _: True),), "the pivot cannot be left out"),
        ((pivot("pay", ask, timeout=0),), "pay needs a timeout above 0"),
    ],
)
def test_a_bad_order_of_steps_is_refused(steps, fault):
    with pytest.raises(BadSaga, match=fault):
        _saga(*steps)


def test_a_name_without_its_leading_service_is_refused():
    with pytest.raises(BadSaga, match="names no service"):
        _saga(_PAY, name="place_order")


@pytest.mark.parametrize("setting", ["deadline", "patience"])
def test_a_time_of_no_length_is_refused(setting):
    with pytest.raises(BadSaga, match="needs a deadline and a patience above 0"):
        _saga(_PAY, **{setting: 0.0})  # type: ignore[arg-type]  # one of two floats


def test_a_good_order_is_accepted():
    assert ORDER.leader == "toys"
    assert ORDER.pivot == "capture"


def test_a_step_comes_after_the_one_before_it_unless_it_says_otherwise():
    needs = {step.name: ORDER.needs(step) for step in ORDER.steps}

    assert needs["stock"] == ()
    assert needs["coupon"] == ()
    assert needs["capture"] == ("authorize",)
    assert needs["close"] == ("confirm",)


def test_dependents_are_found_through_others():
    assert ORDER.dependents("stock") == {"authorize", "capture", "confirm", "ship", "close"}
    assert ORDER.dependents("close") == set()


def test_a_step_that_this_version_has_not_is_a_key_error():
    with pytest.raises(KeyError):
        ORDER.step("gift_wrap")


def test_two_definitions_of_one_version_are_refused():
    with pytest.raises(BadSaga, match="defined twice"):
        Registry([ORDER, ORDER])


def test_versions_of_one_saga_live_side_by_side():
    younger = _saga(_PAY, name=ORDER.name, version=2)

    registry = Registry([ORDER, younger])

    assert registry.find(ORDER.name, 1) is ORDER
    assert registry.find(ORDER.name, 2) is younger
    assert registry.find(ORDER.name, 3) is None
