"""Stock goes from one location to another: both legs or none, and only what nobody holds."""

from typing import Any

import pytest
from flask import Flask

from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.testing.crowd import at_once
from services.inventory.commands import transfers
from services.inventory.errors import OutOfStock, TransferRefused
from services.inventory.tests.shop import Shop, count, imbalance

URL = "/api/v1/inventory/transfers"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Five mugs and three cups at `main`, nothing at `far`."""
    shop.open_location("far", priority=5)
    shop.receive(5, "mug")
    shop.receive(3, "cup")
    return shop


def body(*lines: tuple[str, int], origin: str = "main", to: str = "far") -> dict[str, Any]:
    asked = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return {"from": origin, "to": to, "lines": asked, "reason": "refill"}


def send(client: Any, admin: dict[str, str], wanted: dict[str, Any], key: str = "") -> Any:
    headers = admin | {"Idempotency-Key": key or uuid7().hex}
    return client.post(URL, json=wanted, headers=headers)


def test_what_leaves_the_one_location_arrives_at_the_other(client, admin, stocked):
    answer = send(client, admin, body(("mug", 2), ("cup", 3)))

    assert (answer.status_code, answer.json["lines"], answer.json["pieces"]) == (201, 2, 5)
    assert (stocked.level("mug"), stocked.level("mug", "far")) == ((3, 0), (2, 0))
    assert (stocked.level("cup"), stocked.level("cup", "far")) == ((0, 0), (3, 0))
    assert imbalance() == []


def test_both_legs_are_in_the_ledger_under_one_reference(client, admin, stocked):
    made = send(client, admin, body(("mug", 2))).json

    path = f"/api/v1/inventory/movements?reference={made['id']}"
    legs = client.get(path, headers=admin).json["data"]

    found = {leg["location"]: (leg["kind"], leg["delta"], leg["reason"]) for leg in legs}
    assert found == {"main": ("transfer", -2, "refill"), "far": ("transfer", 2, "refill")}
    assert all(leg["actor"].startswith("usr_") for leg in legs)


def test_what_is_held_cannot_leave(client, admin, stocked):
    stocked.reserve(stocked.lines(mug=4))

    refused = send(client, admin, body(("cup", 1), ("mug", 2)))

    assert (refused.status_code, refused.json["code"]) == (422, "inventory.transfer_refused")
    [fault] = refused.json["errors"]
    assert (fault["pointer"], fault["code"]) == ("/lines/1", "not_enough_free")
    assert (stocked.level("mug"), stocked.level("cup")) == ((5, 4), (3, 0))


@pytest.mark.parametrize(
    ("wanted", "pointer", "code"),
    [
        (body(("pot", 1)), "/lines/0", "unknown_sku"),
        (body(("mug", 1), ("mug", 1)), "/lines/1", "duplicate_line"),
        (body(("mug", 1), to="moon"), "/lines/0", "unknown_location"),
        (body(("mug", 1), to="main"), "/to", "same_location"),
    ],
)
def test_a_transfer_that_makes_no_sense_names_its_fault(
    client, admin, stocked, wanted, pointer, code
):
    refused = send(client, admin, wanted)

    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json["errors"]] == [(pointer, code)]
    assert stocked.level("mug") == (5, 0)


def test_a_repeated_request_moves_nothing_twice(client, admin, stocked):
    answers = [send(client, admin, body(("mug", 2)), key="once") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert stocked.level("mug", "far") == (2, 0)


def test_a_transfer_without_a_key_is_refused(client, admin, stocked):
    assert client.post(URL, json=body(("mug", 1)), headers=admin).status_code == 400


def test_customers_move_nothing(client, issuer, stocked):
    headers = issuer.user(uuid7()) | {"Idempotency-Key": "k"}

    assert client.post(URL, json=body(("mug", 1)), headers=headers).status_code == 403


def test_transfers_both_ways_sales_and_each_other_never_lose_a_piece(app: Flask, shop: Shop):
    skus = [f"sku-{number}" for number in range(4)]
    shop.open_location("far", priority=5)
    shop.receive(20, *skus)
    shop.receive(20, *skus, location="far")

    def move(origin: str, destination: str, order: list[str]) -> None:
        for _ in range(15):
            try:
                with transaction() as session:
                    transfers.transfer_stock(
                        session,
                        origin,
                        destination,
                        [(sku, 3) for sku in order],
                        reason="race",
                        actor="usr_test",
                    )
            except TransferRefused:
                continue

    def buy() -> None:
        for _ in range(15):
            try:
                shop.sell(shop.lines(**dict.fromkeys(skus, 1)))
            except OutOfStock:
                continue

    work = [
        lambda: move("main", "far", skus),
        lambda: move("far", "main", skus[::-1]),
        buy,
    ]
    outcomes = at_once(app, work)

    left = sum(shop.level(sku, place)[0] for sku in skus for place in ("main", "far"))
    assert outcomes == [None] * 3
    assert imbalance() == []
    assert left == 160 - 60
    assert count("movement") > 60
