"""Coupons are used once per order and within every limit."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from libs import clock
from libs.contracts.promotions import Redemption
from libs.db.transaction import reading, transaction
from libs.http.fields import rfc3339
from libs.ids import uuid7
from services.promotions.commands.redemptions import redeem_promotions
from services.promotions.errors import CouponExpired, CouponUnknown, CouponUsedUp
from services.promotions.tests.desk import Desk, miscounted, redeem, release

HOUR = timedelta(hours=1)


def used(desk: Desk, path: str) -> Any:
    return desk.call("GET", path).json["used"]


def test_one_order_uses_a_coupon_once_however_it_is_written(desk):
    path = desk.coupon("SAVE10", usage_limit=2)

    redeem("save10", " SAVE10 ", "Save10")

    assert used(desk, path) == 1
    assert miscounted() == []


def test_an_order_without_coupons_needs_nothing(desk):
    redeem()

    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM redemption")) == 0


def test_what_an_order_holds_already_is_not_counted_again(desk):
    path = desk.coupon("SAVE10", usage_limit=1)
    order_id = redeem("SAVE10")

    redeem("SAVE10", order_id=order_id)

    assert used(desk, path) == 1
    assert miscounted() == []


def test_a_used_up_coupon_is_refused_until_one_is_given_back(desk):
    path = desk.coupon("ONCE", usage_limit=1)
    first = redeem("ONCE")

    with pytest.raises(CouponUsedUp):
        redeem("ONCE", customer="bob")
    release(first)
    redeem("ONCE", customer="bob")

    assert used(desk, path) == 1
    assert miscounted() == []


def test_giving_back_twice_counts_once(desk):
    path = desk.coupon("SAVE10")
    order_id = redeem("SAVE10")
    redeem("SAVE10")

    release(order_id)
    release(order_id)

    assert used(desk, path) == 1
    assert miscounted() == []


def test_an_order_may_use_again_what_it_gave_back(desk):
    path = desk.coupon("ONCE", usage_limit=1, customer_limit=1)
    order_id = redeem("ONCE")
    release(order_id)

    redeem("ONCE", order_id=order_id)

    assert used(desk, path) == 1
    assert miscounted() == []


def test_a_customer_is_the_same_person_in_any_case(desk):
    desk.coupon("SAVE10", customer_limit=1)
    redeem("SAVE10", customer="ada@example.com")

    with pytest.raises(CouponUsedUp):
        redeem("SAVE10", customer=" Ada@Example.com")
    redeem("SAVE10", customer="bob@example.com")

    assert miscounted() == []


def test_no_mail_address_is_kept(desk):
    desk.coupon("SAVE10")
    redeem("SAVE10", customer="ada@example.com")

    with reading() as session:
        kept = session.scalars(
            text("SELECT r::text FROM redemption r UNION SELECT n::text FROM coupon_customer n")
        ).all()

    assert len(kept) == 2
    assert not [row for row in kept if "ada" in row]


def test_all_coupons_of_an_order_or_none(desk):
    good = desk.coupon("GOOD")
    desk.coupon("ONCE", usage_limit=1)
    redeem("ONCE")

    with pytest.raises(CouponUsedUp):
        redeem("GOOD", "ONCE")

    assert used(desk, good) == 0
    assert miscounted() == []


def test_a_budget_bounds_what_all_coupons_take_off_together(desk):
    promotion = desk.promotion(budget={"amount": 250, "currency": "EUR"})
    desk.coupon("ONE", promotion)
    desk.coupon("TWO", promotion)
    first = redeem("ONE", discount=200)

    with pytest.raises(CouponUsedUp):
        redeem("ONE", "TWO", discount=30)
    redeem("TWO", discount=50)
    release(first)

    assert desk.call("GET", f"/{promotion}").json["spent"]["amount"] == 50
    assert miscounted() == []


def test_an_unknown_coupon_is_refused(desk):
    path = desk.coupon("GONE")
    desk.call("DELETE", path)

    for code in ("GHOST", "GONE"):
        with pytest.raises(CouponUnknown):
            redeem(code)


@pytest.mark.parametrize(
    "validity",
    [
        {"ends_at": rfc3339(clock.now() - HOUR)},
        {"starts_at": rfc3339(clock.now() + HOUR)},
        {"active": False},
    ],
)
def test_a_coupon_outside_its_validity_is_refused(desk, validity):
    desk.coupon("LATE", desk.promotion(**validity))

    with pytest.raises(CouponExpired):
        redeem("LATE")


def test_a_refused_order_leaves_nothing_even_if_its_transaction_goes_on(desk):
    good = desk.coupon("A-GOOD")
    desk.coupon("ONCE", usage_limit=1)
    redeem("ONCE")
    wishes = [
        Redemption(code=c, promotion_id=uuid7(), discount_minor=1) for c in ("A-GOOD", "ONCE")
    ]

    with transaction() as session, pytest.raises(CouponUsedUp):
        redeem_promotions(session, uuid7(), "bob", wishes)

    assert used(desk, good) == 0
    assert miscounted() == []
