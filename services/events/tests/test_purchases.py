"""Purchases that orders tell of: they count once with what the shop window reports."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from libs import clock
from libs.contracts.orders import OrderConfirmed, OrderLine
from libs.db.transaction import transaction
from libs.ids import to_text, uuid7
from services.events import tasks
from services.events.tests.visitor import send, stored, streamed, view

MUG, BOWL = uuid7(), uuid7()


def line(product: UUID, quantity: int = 1, price: int = 500) -> OrderLine:
    return OrderLine(
        variant_id=uuid7(),
        product_id=product,
        sku="SKU",
        title="Title",
        quantity=quantity,
        unit_price_minor=price,
        total_minor=quantity * price,
    )


def confirmed(*lines: OrderLine, **members: Any) -> OrderConfirmed:
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "1",
        "cart_id": uuid7(),
        "customer_id": uuid7(),
        "email": "ada@example.org",
        "currency": "EUR",
        "total_minor": 100,
        "confirmed_at": clock.now(),
        "lines": lines,
    }
    return OrderConfirmed(**(usual | members))


def tell(fact: OrderConfirmed) -> None:
    with transaction() as session:
        tasks.record_purchases(session, fact)


def test_each_product_of_an_order_is_a_purchase_that_names_nobody(app):
    mug = line(MUG, 2)

    tell(confirmed(mug, line(BOWL), line(BOWL, 3)))

    assert {
        (row[0], row[1], row[2], row[3], row[4], row[5])
        for row in stored("product_id, variant_id, quantity, amount_minor, source, user_id")
    } == {
        (MUG, mug.variant_id, 2, 500, "orders", None),
        (BOWL, None, 4, None, "orders", None),
    }


def test_an_order_too_long_for_its_lines_still_tells_its_products(app):
    tell(confirmed(lines_omitted=True, product_ids=(MUG, BOWL)))

    assert set(stored("product_id, quantity")) == {(MUG, None), (BOWL, None)}


@pytest.mark.parametrize("window_first", [True, False])
def test_a_purchase_that_both_tell_of_counts_once(guest, window_first):
    fact = confirmed(line(MUG))
    report = view(
        type="purchase",
        product_id=to_text("prd", MUG),
        order_id=to_text("ord", fact.order_id),
    )
    steps = [partial(guest.reports, report), partial(tell, fact)]

    for step in steps if window_first else steps[::-1]:
        step()

    assert stored("product_id, source") == [(MUG, "client" if window_first else "orders")]


def test_a_purchase_is_on_its_stream(app):
    tell(confirmed(line(MUG)))

    send()

    (event,) = streamed("purchase-events")
    assert (event.kind, event.source, event.product_id) == ("purchase", "orders", MUG)


def test_the_order_cannot_be_told_from_the_purchase(app):
    fact = confirmed(line(MUG))

    tell(fact)

    (kept,) = stored("behavior_event::text")
    for secret in (fact.order_id, fact.customer_id, fact.cart_id, fact.email):
        assert str(secret) not in kept[0]
