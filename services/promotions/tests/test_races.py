"""Fifty buyers at once stay within every limit."""

import random
from functools import partial
from typing import Any

from libs.ids import uuid7
from libs.testing.crowd import at_once
from services.promotions.errors import CouponUsedUp
from services.promotions.tests.desk import miscounted, redeem, release

BUYERS = 50


def winners(answers: list[Any]) -> list[Any]:
    failures = {type(answer) for answer in answers if isinstance(answer, Exception)}
    assert failures <= {CouponUsedUp}
    return [answer for answer in answers if not isinstance(answer, Exception)]


def test_a_coupon_for_one_has_one_winner(app, desk):
    desk.coupon("ONCE", usage_limit=1)

    answers = at_once(app, [partial(redeem, "ONCE", customer=f"c{n}") for n in range(BUYERS)])

    assert len(winners(answers)) == 1
    assert miscounted() == []


def test_one_customer_in_fifty_windows_gets_their_share_and_no_more(app, desk):
    desk.coupon("TWICE", customer_limit=2)

    answers = at_once(app, [partial(redeem, "TWICE", customer="ada") for _ in range(BUYERS)])

    assert len(winners(answers)) == 2
    assert miscounted() == []


def test_a_budget_is_never_overspent_by_different_coupons(app, desk):
    promotion = desk.promotion(budget={"amount": 1000, "currency": "EUR"})
    codes = ["C-1", "C-2", "C-3"]
    for code in codes:
        desk.coupon(code, promotion)

    works = [partial(redeem, codes[n % 3], customer=f"c{n}", discount=90) for n in range(BUYERS)]
    answers = at_once(app, works)

    assert len(winners(answers)) == 11
    assert desk.call("GET", f"/{promotion}").json["spent"]["amount"] == 990
    assert miscounted() == []


def test_coupons_named_in_any_order_never_block_each_other(app, desk):
    codes = [f"CODE-{number}" for number in range(4)]
    for code in codes:
        desk.coupon(code)

    works = [partial(redeem, *random.sample(codes, 4), customer=f"c{n}") for n in range(BUYERS)]
    answers = at_once(app, works)

    assert len(winners(answers)) == BUYERS
    assert miscounted() == []


def test_using_and_giving_back_at_once_keeps_the_counters_true(app, desk):
    desk.coupon("TEN", usage_limit=10)
    orders = [uuid7() for _ in range(BUYERS)]

    def buy_and_regret(order_id):
        try:
            redeem("TEN", order_id=order_id, customer="ada")
        finally:
            release(order_id)

    answers = at_once(app, [partial(buy_and_regret, order_id) for order_id in orders])

    assert winners(answers)
    assert miscounted() == []
