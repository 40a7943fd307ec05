"""A level that runs low and a variant that is back are told of once per crossing."""

from typing import Any, TypeVar

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text

from libs.contracts.inventory import BackInStock, StockLow
from libs.db.transaction import reading, transaction
from libs.messaging.message import Fact
from libs.testing.crowd import at_once
from services.inventory.commands import adjustments, alerts, announcements, holds
from services.inventory.tests.shop import Shop

F = TypeVar("F", bound=Fact)


def told(kind: type[F]) -> list[F]:
    """Whatever was told, once everything that changed was looked at."""
    look()
    with reading() as session:
        envelopes = session.scalars(
            text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id"),
            {"type": kind.wire_name},
        ).all()
    return [msgspec.convert(msgspec.json.decode(envelope)["data"], kind) for envelope in envelopes]


def look() -> None:
    with transaction() as session:
        announcements.announce_levels(session, 500)
    with transaction() as session:
        alerts.announce_crossings(session, 500)


def set_threshold(shop: Shop, sku: str, threshold: int) -> None:
    with transaction() as session:
        level_id: Any = session.scalar(
            text("SELECT id FROM stock_level WHERE variant_id = :variant"),
            {"variant": shop.variants[sku]},
        )
        level = adjustments.lock_level(session, level_id)
        adjustments.change_level(session, level, {"threshold": threshold}, actor="usr_test")


@pytest.fixture
def mugs(shop: Shop) -> Shop:
    """Five mugs, of which two are few."""
    shop.receive(5, "mug")
    set_threshold(shop, "mug", 2)
    look()
    return shop


def test_a_level_that_reaches_its_threshold_is_told_of(mugs: Shop) -> None:
    mugs.reserve(mugs.lines(mug=3))

    [fact] = told(StockLow)

    assert (fact.sku, fact.location, fact.available, fact.threshold) == ("mug", "main", 2, 2)
    assert fact.variant_id == mugs.variants["mug"]


def test_a_low_level_that_falls_further_is_not_told_of_again(mugs: Shop) -> None:
    for _ in range(3):
        mugs.reserve(mugs.lines(mug=1))
        look()
    mugs.reserve(mugs.lines(mug=2))

    assert len(told(StockLow)) == 1


def test_a_level_that_was_refilled_is_told_of_when_it_is_low_again(mugs: Shop) -> None:
    mugs.reserve(mugs.lines(mug=3))
    first = told(StockLow)
    mugs.receive(5, "mug")
    look()

    mugs.reserve(mugs.lines(mug=5))

    assert (len(first), len(told(StockLow))) == (1, 2)


def test_a_raised_threshold_is_a_crossing(mugs: Shop) -> None:
    set_threshold(mugs, "mug", 9)

    [fact] = told(StockLow)

    assert (fact.available, fact.threshold) == (5, 9)


def test_a_level_that_fell_before_anybody_looked_is_told_of(shop: Shop) -> None:
    shop.receive(5, "mug")
    set_threshold(shop, "mug", 2)
    shop.reserve(shop.lines(mug=4))

    assert [fact.available for fact in told(StockLow)] == [1]


def test_a_new_variant_without_stock_is_neither_low_nor_back(shop: Shop) -> None:
    shop.list_product("mug")
    look()
    shop.receive(5, "mug")

    assert (told(StockLow), told(BackInStock)) == ([], [])


def test_a_sold_out_variant_is_told_of_once_when_it_is_back(mugs: Shop) -> None:
    mugs.reserve(mugs.lines(mug=5))
    nothing = told(BackInStock)

    mugs.receive(4, "mug")
    look()
    mugs.receive(4, "mug")

    [fact] = told(BackInStock)
    assert nothing == []
    assert (fact.sku, fact.available) == ("mug", 4)


def test_a_variant_is_in_stock_as_long_as_any_location_has_it(mugs: Shop) -> None:
    mugs.open_location("far", priority=5)
    mugs.receive(1, "mug", location="far")
    look()
    mugs.reserve(mugs.lines(mug=5))
    look()

    mugs.receive(4, "mug")

    assert told(BackInStock) == []


def test_stock_that_is_given_back_is_back(mugs: Shop) -> None:
    order_id = mugs.reserve(mugs.lines(mug=5))
    look()

    with transaction() as session:
        holds.release_stock(session, order_id)

    assert [fact.available for fact in told(BackInStock)] == [5]


def test_many_who_look_at_once_tell_of_a_crossing_once(app: Flask, shop: Shop) -> None:
    skus = [f"sku-{number}" for number in range(20)]
    shop.receive(5, *skus)
    look()
    shop.reserve(shop.lines(**dict.fromkeys(skus, 5)))

    def look_again() -> None:
        for _ in range(10):
            look()

    outcomes = at_once(app, [look_again] * 4)

    lows = [fact.sku for fact in told(StockLow)]
    assert outcomes == [None] * 4
    assert sorted(lows) == sorted(skus)


def test_there_is_something_to_look_at_only_after_an_announcement(mugs: Shop) -> None:
    def waiting() -> bool:
        with reading() as session:
            return alerts.has_marks(session)

    before = waiting()
    mugs.reserve(mugs.lines(mug=1))
    with transaction() as session:
        announcements.announce_levels(session, 500)
    between = waiting()
    look()

    assert (before, between, waiting()) == (False, True, False)
