"""Orders as long and as dear as carts lets them be."""

import time
from typing import Any

import pytest

from libs.contracts.orders import OrderConfirmed, OrderLinesSold, ReturnSettled
from libs.service import service_settings
from libs.settings import Settings
from services.orders.tests.shop import Shop, announced, euros, uuid_of

MOST_MINOR = 10**12


def limits_of_carts(shop: Shop) -> Any:
    """The bounds of a cart, unless an operator sets others."""
    with shop.carts.app_context():
        return service_settings(Settings)


def test_the_fullest_cart_becomes_an_order_and_comes_back(shop, user):
    limits = limits_of_carts(shop)
    skus = [f"SKU-{number}" for number in range(limits.max_lines)]
    shop.sells(*skus, price=1, title="T" * 200)
    cart_id = user.fills(*skus, quantity=limits.max_quantity)
    started = time.monotonic()

    answer = user.places(cart_id)

    assert (answer.status_code, len(answer.json["lines"])) == (202, limits.max_lines)
    assert time.monotonic() - started < 5
    assert shop.finishes(uuid_of(answer.json)) == "done"
    returned = user.returns(answer.json, [limits.max_quantity] * limits.max_lines).json
    assert returned["amount"]["amount"] == limits.max_lines * limits.max_quantity
    assert shop.finishes(uuid_of(returned, "ret")) == "done"
    [settled] = announced(ReturnSettled)
    assert len(settled.lines) == limits.max_lines


@pytest.mark.parametrize(("lines", "omitted"), [(20, False), (100, True)])
def test_a_confirmation_names_as_many_lines_as_a_message_holds(shop, user, lines, omitted):
    skus = [f"SKU-{number}" for number in range(lines)]
    shop.sells(*skus, title="€" * 255)
    order = user.orders(*skus)

    status = shop.finishes(uuid_of(order))

    [fact] = announced(OrderConfirmed)
    assert (status, fact.lines_omitted) == ("done", omitted)
    assert len(fact.lines) == (0 if omitted else lines)
    assert len(fact.product_ids) == (lines if omitted else 0)


def test_the_lines_of_a_very_long_order_follow_in_parts(shop, user):
    skus = [f"SKU-{number}" for number in range(100)]
    shop.sells(*skus, title="€" * 255)
    order = user.orders(*skus)

    shop.finishes(uuid_of(order))

    parts = announced(OrderLinesSold)
    sold = [
        (position, line.sku)
        for part in parts
        for position, line in enumerate(part.lines, part.first)
    ]
    assert len(parts) > 1
    assert sold == list(enumerate(skus, 1))


def test_the_dearest_order_is_placed_paid_and_given_back(shop, user):
    shop.sells("SHIP", price=MOST_MINOR)
    order = user.places(user.fills("SHIP"), expected_total=euros(MOST_MINOR)).json
    shop.finishes(uuid_of(order))

    returned = user.returns(order, [1]).json
    shop.finishes(uuid_of(returned, "ret"))

    totals = user.call("GET", f"/{order['id']}").json["totals"]
    amounts = [totals[name]["amount"] for name in ("total", "refunded")]
    assert amounts == [MOST_MINOR, MOST_MINOR]


@pytest.mark.parametrize("price", [MOST_MINOR + 1, 2**63 - 1])
def test_what_has_become_dearer_is_refused(shop, user, price):
    shop.sells("SHIP", price=MOST_MINOR)
    cart_id = user.fills("SHIP")
    shop.sells("SHIP", price=price)

    answer = user.places(cart_id)

    assert (answer.status_code, answer.json["code"]) == (422, "carts.total_too_large")
