"""The rules without I/O."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.rules import (
    fulfilment_after_return,
    may_become,
    payment_status,
    refund_for,
)

STATUSES = ("pending", "processing", "shipped", "delivered", "cancelled")
EDGE = 2**63 - 1


@st.composite
def returns_of_a_line(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """A line's total, its pieces, and in which portions they all come back."""
    portions = draw(st.lists(st.integers(1, 100_000), min_size=1, max_size=20))
    return draw(st.integers(0, EDGE)), sum(portions), portions


@given(returns_of_a_line())
def test_all_pieces_together_are_worth_exactly_their_line(case):
    total, sold, portions = case

    amounts = [
        refund_for(total, sold, sum(portions[:number]), pieces)
        for number, pieces in enumerate(portions)
    ]

    assert sum(amounts) == total
    assert min(amounts) >= 0


@given(returns_of_a_line())
def test_a_portion_is_worth_its_share_to_a_minor_unit(case):
    total, sold, portions = case

    amount = refund_for(total, sold, sold - portions[-1], portions[-1])

    assert abs(amount * sold - total * portions[-1]) < sold


def test_a_person_moves_goods_only_forward():
    moves = {(one, two) for one in STATUSES for two in STATUSES if may_become(one, two)}

    assert moves - {(one, one) for one in STATUSES} == {
        ("processing", "shipped"),
        ("shipped", "delivered"),
    }


@pytest.mark.parametrize(
    ("refunded", "status"), [(0, "paid"), (1, "partially_refunded"), (100, "refunded")]
)
def test_the_payment_status_follows_the_money(refunded, status):
    assert payment_status(100, refunded) == status


@pytest.mark.parametrize(("back", "status"), [(1, "partially_returned"), (3, "returned")])
def test_the_fulfilment_status_follows_the_pieces(back, status):
    assert fulfilment_after_return(3, back) == status
