"""Stocks a test's shop through the service's own commands, and reads what became of it."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import text

from libs.contracts.catalog import ProductChanged, ProductVariant
from libs.contracts.inventory import StockChanged, StockLevel, StockLine
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from services.inventory.commands import adjustments, holds, locations, variants
from services.inventory.rules.allocation import DEFAULT_LOCATION
from services.inventory.rules.changes import Change, Line


class Shop:
    """Each sku is the only variant of its own product."""

    def __init__(self) -> None:
        self.variants: dict[str, UUID] = {}

    def list_product(self, *skus: str, product_id: UUID | None = None, version: int = 1) -> None:
        """Catalog tells of a product with these variants."""
        for sku in skus:
            self.variants.setdefault(sku, uuid7())
        fact = product_changed(
            product_id or uuid7(), version, {sku: self.variants[sku] for sku in skus}
        )
        with transaction() as session:
            variants.project_product(session, fact)

    def receive(self, quantity: int, *skus: str, location: str = DEFAULT_LOCATION) -> None:
        """So many pieces of each sku arrive; a sku not seen before is listed first."""
        if new := [sku for sku in skus if sku not in self.variants]:
            self.list_product(*new)
        change = Change("/delta", "received", quantity, None)
        with transaction() as session:
            lines = [Line(sku, location, change) for sku in skus]
            adjustments.adjust_stock(session, lines, actor="usr_test")

    def open_location(self, code: str, priority: int) -> None:
        """One more place to keep stock."""
        with transaction() as session:
            locations.create_location(session, code=code, name=code, priority=priority)

    def take_backorders(self, sku: str) -> None:
        """More of the sku may be sold than lies there."""
        with transaction() as session:
            level_id = session.scalar(
                text("SELECT id FROM stock_level WHERE variant_id = :variant"),
                {"variant": self.variants[sku]},
            )
            level = adjustments.lock_level(session, level_id)
            adjustments.change_level(session, level, {"backorder": True}, actor="usr_test")

    def lines(self, **quantities: int) -> tuple[StockLine, ...]:
        """Lines of an order."""
        return tuple(StockLine(self.variants[sku], count) for sku, count in quantities.items())

    def reserve(self, lines: Iterable[StockLine]) -> UUID:
        """A new order holds the lines."""
        order_id = uuid7()
        with transaction() as session:
            holds.reserve_stock(session, order_id, lines)
        return order_id

    def sell(self, lines: Iterable[StockLine]) -> UUID:
        """A new order holds the lines, and they leave."""
        order_id = self.reserve(lines)
        with transaction() as session:
            holds.commit_stock(session, order_id)
        return order_id

    def level(self, sku: str, location: str = DEFAULT_LOCATION) -> tuple[int, int]:
        """What lies there and what of it is reserved."""
        with reading() as session:
            row = session.execute(
                text(
                    "SELECT on_hand, reserved FROM stock_level s"
                    " JOIN location l ON l.id = s.location_id"
                    " WHERE variant_id = :variant AND code = :location"
                ),
                {"variant": self.variants[sku], "location": location},
            ).one()
        return row.on_hand, row.reserved


def product_changed(product_id: UUID, version: int, skus: dict[str, UUID]) -> ProductChanged:
    """Catalog's fact about a product."""
    return ProductChanged(
        product_id=product_id,
        version=version,
        slug=f"product-{product_id}",
        name="Product",
        active=True,
        tax_category="standard",
        variants=tuple(
            ProductVariant(variant_id=variant_id, sku=sku, title=sku, prices=())
            for sku, variant_id in skus.items()
        ),
    )


def count(table: str) -> int:
    """How many rows the table has."""
    with reading() as session:
        found = session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  our own names
    return int(found or 0)


def announced() -> list[StockLevel]:
    """Every level announced so far, in the order of the messages."""
    with reading() as session:
        envelopes = session.scalars(text("SELECT envelope FROM outbox ORDER BY id")).all()
    facts = [
        msgspec.convert(msgspec.json.decode(envelope)["data"], StockChanged)
        for envelope in envelopes
    ]
    return [level for fact in facts for level in fact.levels]


def imbalance() -> list[tuple[object, ...]]:
    """Levels that differ from their ledger or their holds: always none."""
    with reading() as session:
        rows = session.execute(
            text(
                """
                SELECT variant_id, location_id, on_hand, reserved FROM stock_level s
                WHERE on_hand <> (
                    SELECT coalesce(sum(delta), 0) FROM movement m
                    WHERE m.variant_id = s.variant_id AND m.location_id = s.location_id
                ) OR reserved <> (
                    SELECT coalesce(sum(quantity), 0) FROM reservation r
                    WHERE r.variant_id = s.variant_id AND r.location_id = s.location_id
                      AND state = 'held'
                )
                """
            )
        ).all()
    return [tuple(row) for row in rows]
