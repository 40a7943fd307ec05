"""An explained price is the price: its steps sum up to it, and each one can be done again."""

from itertools import accumulate
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings

from services.carts.rules.explanation import Step, explain
from services.carts.rules.pricing import Rules, price
from services.carts.rules.rounding import BASIS, portion
from services.carts.tests.price_cases import (
    EUR,
    GERMANY,
    STANDARD,
    buy_get,
    fixed,
    free_shipping,
    line,
    lines,
    percentage,
    rules,
    terms,
    vat,
)
from services.carts.tests.shop import BERLIN, Guest


@settings(deadline=None)
@given(lines, rules, terms)
def test_the_steps_sum_up_to_the_price_and_to_each_of_its_parts(lines, rules, terms):
    explained = explain(lines, rules, terms)

    totals = price(lines, rules, terms).totals
    assert explained.pricing.totals == totals
    assert sum(step.amount_minor for step in explained.steps) == totals.total_minor
    assert amount(explained.steps, "goods") == totals.subtotal_minor
    assert -amount(explained.steps, "discount") == totals.discount_minor
    assert amount(explained.steps, "shipping", "free_shipping") == totals.shipping_minor
    assert amount(explained.steps, "tax") == totals.tax_minor
    assert sum(step.included_minor for step in explained.steps) == totals.included_tax_minor


@settings(deadline=None)
@given(lines, rules, terms)
def test_the_total_is_never_negative_on_the_way(lines, rules, terms):
    steps = explain(lines, rules, terms).steps

    assert all(total >= 0 for total in accumulate(step.amount_minor for step in steps))


@settings(deadline=None)
@given(lines, rules, terms)
def test_a_step_that_is_rounded_by_itself_can_be_done_again(lines, rules, terms):
    for step in explain(lines, rules, terms).steps:
        if step.kind == "tax" and step.basis_points is not None and step.amount_minor:
            assert step.amount_minor == portion(step.base_minor, step.basis_points, BASIS)


def amount(steps: tuple[Step, ...], *kinds: str) -> int:
    return sum(step.amount_minor for step in steps if step.kind in kinds)


def test_every_step_names_its_rule_its_base_and_its_rounding():
    rules = Rules(
        promotions=(
            percentage(1000, 1, stackable=True, priority=3),
            fixed(100, 2, stackable=True, priority=2),
            free_shipping(3, stackable=True),
        ),
        tax_rates=(vat(1900, inclusive=False),),
        shipping_methods=(STANDARD,),
    )

    steps = explain([line(1, 2, 500)], rules, GERMANY).steps

    shown = [
        (step.kind, step.base_minor, step.basis_points, step.rounding, step.amount_minor)
        for step in steps
    ]
    assert shown == [
        ("goods", 500, None, "none", 1000),
        ("discount", 1000, 1000, "half_up_split", -100),
        ("discount", 900, None, "split", -100),
        ("shipping", 490, None, "none", 490),
        ("free_shipping", 490, None, "none", -490),
        ("tax", 800, 1900, "half_up", 152),
    ]


def test_what_was_passed_over_is_told_with_its_reason():
    promotions = (
        buy_get(2, 1, 1, priority=2),
        percentage(1000, 2),
        fixed(100, 3, minimum_subtotal_minor=5000),
    )

    explained = explain([line(1, 3, 500)], Rules(promotions=promotions), EUR)

    assert [(each.promotion_id, each.reason) for each in explained.decisions] == [
        (UUID(int=1), None),
        (UUID(int=2), "not_combinable"),
        (UUID(int=3), "minimum_not_reached"),
    ]


def test_an_inclusive_tax_is_told_and_changes_nothing():
    rules = Rules(tax_rates=(vat(1900, inclusive=True),))

    step = explain([line(1, 1, 11900)], rules, GERMANY).steps[-1]

    assert (step.kind, step.amount_minor, step.included_minor) == ("tax", 0, 1900)


def test_the_explanation_of_a_cart_ends_at_its_total(client, shop):
    shop.sells("MUG", 1000)
    shop.promotes("SAVE10")
    guest = Guest(client, "MUG", coupons=["SAVE10"], shipping_address=BERLIN)

    explained: Any = guest.call("GET", "/explain")

    cart = guest.cart()
    body = explained.json
    assert explained.status_code == 200
    assert body["steps"][-1]["total"] == body["total"] == cart["totals"]["total"]
    assert [step["kind"] for step in body["steps"]] == ["goods", "discount", "shipping"]
    assert body["steps"][0]["item_id"] == cart["items"][0]["id"]
    assert body["steps"][1]["promotion_id"] == cart["discounts"][0]["promotion_id"]
    assert body["steps"][1]["amount"]["amount"] == -100
    [promotion] = body["promotions"]
    assert (promotion["code"], promotion["applied"], promotion["reason"]) == ("SAVE10", True, None)


def test_nobody_explains_somebody_else_s_cart(client, shop):
    shop.sells("MUG", 1000)
    guest = Guest(client, "MUG")

    refused = client.get(f"/api/v1/carts/{guest.id}/explain")

    assert refused.status_code == 404


def test_terms_of_another_country_lead_to_other_steps():
    rules = Rules(tax_rates=(vat(1900, inclusive=False),))

    abroad = explain([line(1, 1, 100)], rules, msgspec.structs.replace(EUR, country="FR"))

    assert amount(abroad.steps, "tax") == 0
