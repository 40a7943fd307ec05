"""The ledger is announced whole, each entry once, in its order."""

import msgspec
import psycopg2
from flask import Flask
from sqlalchemy import text

from libs.contracts.inventory import StockMoved, StockMovement
from libs.db.base import db
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from services.inventory.commands import ledger
from services.inventory.tests.shop import Shop

_INSERT = """
    INSERT INTO movement (kind, reference, variant_id, location_id, delta)
    SELECT 'adjustment', %s, %s, id, 1 FROM location
"""


def announce(limit: int = 1_000) -> int:
    """One run: what was seen before is announced, what is seen now will be."""
    with transaction() as session:
        return ledger.announce_movements(session, limit)


def announced() -> list[StockMovement]:
    """Every entry announced so far, in the order of the messages."""
    with reading() as session:
        envelopes = session.scalars(
            text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id"),
            {"type": StockMoved.wire_name},
        ).all()
    facts = [
        msgspec.convert(msgspec.json.decode(envelope)["data"], StockMoved) for envelope in envelopes
    ]
    return [movement for fact in facts for movement in fact.movements]


def entries() -> list[int]:
    with reading() as session:
        return list(session.scalars(text("SELECT id FROM movement ORDER BY id")))


def test_a_movement_is_announced_as_the_ledger_has_it(shop: Shop) -> None:
    shop.receive(5, "MUG")
    order_id = shop.sell(shop.lines(MUG=2))

    announce()
    announce()

    received, sold = announced()
    assert (received.kind, received.delta, received.location) == ("adjustment", 5, "main")
    assert (sold.kind, sold.delta, sold.reference) == ("sale", -2, order_id)
    assert sold.variant_id == shop.variants["MUG"]


def test_no_entry_is_announced_twice(shop: Shop) -> None:
    shop.receive(5, "MUG", "CUP")

    for _ in range(4):
        announce()

    assert [movement.id for movement in announced()] == entries()


def test_a_long_ledger_is_announced_in_parts(shop: Shop) -> None:
    shop.receive(1, *(f"SKU-{number}" for number in range(5)))
    announce()

    counts = [announce(limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    assert [movement.id for movement in announced()] == entries()


def test_an_entry_that_becomes_visible_late_is_not_passed_over(app: Flask, shop: Shop) -> None:
    shop.receive(1, "MUG")
    late = psycopg2.connect(db.engine.url.set(drivername="postgresql").render_as_string(False))
    try:
        late.cursor().execute(_INSERT, [str(uuid7()), str(shop.variants["MUG"])])
        shop.receive(1, "CUP")
        counts = [announce() for _ in range(3)]
        seen = [movement.id for movement in announced()]
        late.commit()
    finally:
        late.close()

    announce()
    announce()

    assert (counts, seen) == ([0, 0, 0], [])
    assert [movement.id for movement in announced()] == entries()
    assert len(entries()) == 3


def test_there_is_news_only_while_something_is_not_announced(shop: Shop) -> None:
    shop.receive(1, "MUG")
    with reading() as session:
        before = ledger.has_news(session)

    announce()
    announce()

    with reading() as session:
        assert (before, ledger.has_news(session)) == (True, False)
