"""Timed reservations end by themselves; an order's hold does not."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from libs import ids
from libs.db.transaction import transaction
from libs.testing.crowd import at_once
from services.inventory.commands import holds, reservations
from services.inventory.tests.shop import imbalance

PATH = "/api/v1/inventory/reservations"


@pytest.fixture
def keep(client, admin):
    """`keep(2)` reserves two mugs over HTTP."""

    def reserve(quantity: int):
        body = {"lines": [{"sku": "mug", "quantity": quantity}], "ttl_seconds": 60}
        return client.post(PATH, json=body, headers=admin)

    return reserve


def pass_time(seconds: int) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE reservation SET expires_at = expires_at - :by * interval '1 second'"),
            {"by": seconds},
        )


def expire() -> int:
    with transaction() as session:
        return reservations.expire_reservations(session, 50)


def test_a_reservation_holds_its_stock_until_its_time_is_over(shop, keep):
    shop.receive(5, "mug")

    answer = keep(2)
    early = expire()
    held = shop.level("mug")
    pass_time(61)
    late = expire()

    assert (answer.status_code, answer.json["id"][:4]) == (201, "rsv_")
    assert (early, held) == (0, (5, 2))
    assert (late, shop.level("mug")) == (1, (5, 0))
    assert imbalance() == []


def test_a_reservation_beyond_the_stock_is_refused_with_the_sku(shop, keep):
    shop.receive(1, "mug")

    answer = keep(2)

    assert answer.status_code == 409
    assert (answer.json["code"], answer.json["skus"]) == ("inventory.out_of_stock", ["mug"])


def test_a_cancelled_reservation_gives_its_stock_back_once(shop, keep, client, admin):
    shop.receive(5, "mug")
    path = f"{PATH}/{keep(2).json['id']}"

    first = client.delete(path, headers=admin)
    second = client.delete(path, headers=admin)

    assert (first.status_code, second.status_code) == (204, 404)
    assert shop.level("mug") == (5, 0)


def test_the_hold_of_an_order_is_no_reservation_and_never_expires(shop, client, admin):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=2))

    answer = client.delete(f"{PATH}/{ids.to_text('rsv', order_id)}", headers=admin)
    pass_time(10**6)

    assert answer.status_code == 404
    assert expire() == 0
    assert shop.level("mug") == (5, 2)


def test_a_reservation_that_expires_while_it_is_sold_is_sold_or_given_back_never_both(app, shop):
    shop.receive(100, "mug")
    references = []
    for _ in range(20):
        with transaction() as session:
            references.append(reservations.reserve(session, [("mug", 2)], seconds=60).reference)
    pass_time(61)

    def sell(reference) -> None:
        with transaction() as session:
            holds.commit_stock(session, reference)

    works: list[Callable[[], Any]] = [partial(sell, reference) for reference in references]
    at_once(app, [*works, expire, expire])
    expire()

    assert shop.level("mug")[1] == 0
    assert imbalance() == []
