"""What each kind of promotion takes off, and who gets it."""

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.carts.rules.basket import Customer, Line
from services.carts.rules.pricing import Pricing, Rules, price
from services.carts.rules.promotions import Promotion, Scope
from services.carts.tests.price_cases import (
    CATEGORIES,
    EUR,
    GERMANY,
    PRODUCTS,
    STANDARD,
    buy_get,
    fixed,
    free_shipping,
    line,
    percentage,
)

SHOES, BAGS, _ = CATEGORIES
SHOE = line(1, 2, 1000, category_ids=(SHOES,), product_id=PRODUCTS[0])
BAG = line(2, 1, 3000, category_ids=(BAGS,), product_id=PRODUCTS[1])


def off(promotion: Promotion, *lines: Line, **terms: Any) -> list[int]:
    """What it takes off each line."""
    priced = _priced(promotion, *lines, **terms)
    return [each.discount_minor for each in priced.lines]


def _priced(promotion: Promotion, *lines: Line, **terms: Any) -> Pricing:
    return price(lines, Rules(promotions=(promotion,)), msgspec.structs.replace(EUR, **terms))


@pytest.mark.parametrize("scope", [Scope(category_ids=(SHOES,)), Scope(product_ids=(PRODUCTS[0],))])
def test_a_percentage_counts_for_what_is_in_its_scope_alone(scope):
    assert off(percentage(1000, scope=scope), SHOE, BAG) == [200, 0]


def test_a_scope_of_products_and_categories_means_either():
    scope = Scope(category_ids=(SHOES,), product_ids=(PRODUCTS[1],))

    assert off(percentage(1000, scope=scope), SHOE, BAG) == [200, 300]


def test_a_fixed_amount_never_exceeds_what_its_scope_costs():
    assert off(fixed(9000, scope=Scope(category_ids=(SHOES,))), SHOE, BAG) == [2000, 0]


def test_the_minimum_subtotal_counts_the_whole_cart():
    some = fixed(100, scope=Scope(category_ids=(SHOES,)), minimum_subtotal_minor=5000)

    assert off(some, SHOE, BAG) == [100, 0]
    assert off(some, SHOE) == [0]


@pytest.mark.parametrize(
    ("pieces", "free"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1), (6, 2), (9, 3)]
)
def test_for_every_two_that_are_bought_a_third_is_free(pieces, free):
    assert off(buy_get(2, 1), line(1, pieces, 500)) == [free * 500]


def test_a_begun_group_gives_what_it_has_already_earned():
    assert off(buy_get(1, 2), line(1, 2, 500)) == [500]


def test_the_cheapest_pieces_are_the_free_ones():
    assert off(buy_get(2, 1), line(1, 1, 900), line(2, 1, 300), line(3, 4, 500)) == [0, 300, 500]


def test_pieces_may_be_cheaper_instead_of_free():
    assert off(buy_get(1, 1, percent_basis_points=5000), line(1, 2, 333)) == [167]


def test_one_thing_may_earn_another():
    bag_for_shoes = buy_get(
        2, 1, scope=Scope(category_ids=(SHOES,)), reward=Scope(category_ids=(BAGS,))
    )

    assert off(bag_for_shoes, SHOE, BAG) == [0, 3000]
    assert off(bag_for_shoes, line(1, 1, 1000, category_ids=(SHOES,)), BAG) == [0, 0]


def test_a_piece_that_is_reduced_never_counts_as_bought():
    both = buy_get(1, 1, scope=Scope(), reward=Scope(category_ids=(BAGS,)))

    assert off(both, BAG) == [0]
    assert off(both, SHOE, BAG) == [0, 3000]


@given(st.integers(1, 5), st.integers(1, 5), st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_no_more_pieces_are_free_than_were_earned(buy, get, quantities):
    lines = [line(number, quantity, 100) for number, quantity in enumerate(quantities, 1)]

    free = sum(off(buy_get(buy, get), *lines)) // 100

    paid = sum(quantities) - free
    assert free <= (paid // buy) * get


def test_free_shipping_is_told_as_a_discount_and_leaves_the_goods_alone():
    rules = Rules(promotions=(free_shipping(),), shipping_methods=(STANDARD,))

    priced = price([line(1, 1, 1000)], rules, GERMANY)

    assert (priced.totals.shipping_minor, priced.totals.discount_minor) == (0, 0)
    assert priced.totals.total_minor == 1000
    assert [(each.target, each.discount_minor) for each in priced.discounts] == [("shipping", 490)]


def test_of_two_that_pay_for_the_shipping_only_the_first_does():
    twice = (free_shipping(1, stackable=True), free_shipping(2, stackable=True))

    priced = price(
        [line(1, 1, 1000)], Rules(promotions=twice, shipping_methods=(STANDARD,)), GERMANY
    )

    assert [each.discount_minor for each in priced.discounts] == [490, 0]


def test_free_shipping_stacks_with_a_percentage_where_both_may():
    both = (percentage(1000, 1, stackable=True), free_shipping(2, stackable=True))

    priced = price(
        [line(1, 1, 1000)], Rules(promotions=both, shipping_methods=(STANDARD,)), GERMANY
    )

    assert priced.totals.total_minor == 900


@pytest.mark.parametrize(
    ("customer", "taken"),
    [
        (None, 0),
        (Customer(), 0),
        (Customer(groups=("staff",)), 0),
        (Customer(groups=("staff", "vip")), 100),
    ],
)
def test_one_of_the_named_groups_suffices(customer, taken):
    some = fixed(100, customer_groups=("vip", "press"))

    assert off(some, SHOE, customer=customer) == [taken]


@pytest.mark.parametrize(
    ("customer", "taken"), [(None, 0), (Customer(), 100), (Customer(ordered=True), 0)]
)
def test_a_first_order_is_that_of_a_known_customer_without_another(customer, taken):
    assert off(fixed(100, first_order=True), SHOE, customer=customer) == [taken]


@pytest.mark.parametrize(("left", "taken"), [(None, 100), (100, 100), (99, 0), (0, 0)])
def test_nothing_is_taken_off_that_the_budget_does_not_hold(left, taken):
    assert off(fixed(100, budget_left_minor=left), SHOE) == [taken]


def test_a_promotion_without_budget_leaves_its_place_to_the_next():
    promotions = (fixed(500, 1, priority=1, budget_left_minor=0), fixed(100, 2))

    priced = price([SHOE], Rules(promotions=promotions), EUR)

    assert [each.discount_minor for each in priced.discounts] == [100]
    assert [each.reason for each in priced.decisions] == ["budget_used_up", None]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"scope": Scope(product_ids=(UUID(int=999),))}, "not_applicable"),
        ({"customer_groups": ("vip",)}, "not_for_customer"),
        ({"first_order": True}, "not_first_order"),
        ({"currency": "USD"}, "currency"),
        ({"active": False}, "invalid"),
        ({"budget_left_minor": 50}, "budget_used_up"),
    ],
)
def test_a_coupon_that_earns_nothing_says_why(options, fault):
    coupon = fixed(100, automatic=False, codes=("A",), **options)

    priced = _priced(coupon, SHOE, coupons=("A",))

    assert priced.coupon_faults == {"A": fault}
    assert [each.reason for each in priced.decisions] == [fault]
