"""A shop whose other services announce things, and an administrator who reads the reports."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.contracts.catalog import ProductCategory, ProductChanged, ProductVariant
from libs.contracts.inventory import StockMoved, StockMovement
from libs.contracts.orders import (
    OrderAmounts,
    OrderConfirmed,
    OrderLine,
    OrderPlaced,
    ReturnedLine,
    ReturnSettled,
)
from libs.contracts.promotions import Redemption
from libs.db.transaction import reading
from libs.ids import uuid7
from libs.messaging.batch import Delivery, Executor
from libs.messaging.message import Fact
from libs.messaging.wire import pack, unpack
from services.reports.models import Base
from services.reports.tasks import tasks

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@dataclass
class Thing:
    """A product with one variant."""

    product_id: UUID
    variant_id: UUID
    sku: str


class Shop:
    """Facts arrive as they do from the broker: packed, in batches, each handled once."""

    def __init__(self, app: Flask) -> None:
        self._executor = Executor(app, tasks, None)
        self._version = 0

    def tells(self, *facts: Fact) -> None:
        """Reports hears these."""
        deliveries = [unpack(pack(fact, source="test").body) for fact in facts]
        self._executor.process([Delivery(one, "fact", None, False) for one in deliveries])

    def lists(self, sku: str, name: str = "", category: ProductCategory | None = None) -> Thing:
        """Catalog tells of a new product."""
        thing = Thing(uuid7(), uuid7(), sku)
        self.names(thing, name or f"Name of {sku}", category)
        return thing

    def names(
        self,
        thing: Thing,
        name: str,
        category: ProductCategory | None = None,
        version: int | None = None,
    ) -> None:
        """Catalog tells of a product once more."""
        self._version += 1
        variant = ProductVariant(variant_id=thing.variant_id, sku=thing.sku, title=name, prices=())
        self.tells(
            ProductChanged(
                product_id=thing.product_id,
                version=version or self._version,
                slug=thing.sku.lower(),
                name=name,
                active=True,
                tax_category="standard",
                variants=(variant,),
                category=category,
            )
        )

    def sells(self, *things: Thing, **changes: Any) -> OrderConfirmed:
        """An order of one piece of each, 10.00 apiece, is placed and paid."""
        fact = confirmed(things, **changes)
        begun = fact.confirmed_at - timedelta(seconds=2)
        self.tells(OrderPlaced(order_id=fact.order_id, cart_id=fact.cart_id, placed_at=begun), fact)
        return fact

    def takes_back(self, order: OrderConfirmed, position: int = 1, **changes: Any) -> None:
        """One piece of a line comes back, and its money is paid back."""
        amount = order.lines[position - 1].unit_price_minor
        usual: dict[str, Any] = {
            "order_id": order.order_id,
            "return_id": uuid7(),
            "outcome": "refunded",
            "code": None,
            "currency": order.currency,
            "amount_minor": amount,
            "settled_at": order.confirmed_at + timedelta(days=1),
            "lines": (ReturnedLine(position, 1, amount),),
        }
        self.tells(ReturnSettled(**(usual | changes)))

    def moves(self, thing: Thing, *moves: tuple[int, str, int, datetime]) -> None:
        """Inventory tells of its ledger: number, kind, change, moment."""
        entries = [
            StockMovement(number, kind, uuid7(), thing.variant_id, "main", delta, at)
            for number, kind, delta, at in moves
        ]
        self.tells(StockMoved(movements=tuple(entries)))


@dataclass
class Desk:
    """An administrator's view."""

    client: FlaskClient
    headers: dict[str, str]

    def asks(self, path: str, **query: Any) -> Any:
        """The answer to a request below /api/v1/reports, about March unless told otherwise."""
        return self.client.get(
            f"/api/v1/reports{path}", query_string=MARCH | query, headers=self.headers
        )

    def reads(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a report's first page."""
        answer = self.asks(path, **query)
        assert answer.status_code == 200, answer.json
        rows: list[dict[str, Any]] = answer.json["data"]
        return rows

    def downloads(self, path: str, **query: Any) -> list[dict[str, str]]:
        """The rows of a report's file."""
        answer = self.asks(path, format="csv", **query)
        assert answer.status_code == 200, answer.json
        return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline="")))


def confirmed(things: Sequence[Thing], **changes: Any) -> OrderConfirmed:
    """A paid order of one piece of each thing, 10.00 apiece, and 5.00 for shipping."""
    goods = 1000 * len(things)
    lines = tuple(
        OrderLine(
            variant_id=thing.variant_id,
            product_id=thing.product_id,
            sku=thing.sku,
            title=thing.sku,
            quantity=1,
            unit_price_minor=1000,
            total_minor=1000,
        )
        for thing in things
    )
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "100001",
        "cart_id": uuid7(),
        "customer_id": uuid7(),
        "email": "ada@example.com",
        "currency": "EUR",
        "total_minor": goods + 500,
        "confirmed_at": NOON,
        "lines": lines,
        "amounts": OrderAmounts(
            subtotal_minor=goods,
            discount_minor=0,
            shipping_minor=500,
            tax_minor=0,
            included_tax_minor=0,
        ),
    }
    return OrderConfirmed(**(usual | changes))


def coupon(code: str, discount: int, promotion_id: UUID | None = None) -> Redemption:
    """A coupon that an order used."""
    return Redemption(code=code, promotion_id=promotion_id or uuid7(), discount_minor=discount)


def category(name: str, version: int = 1) -> ProductCategory:
    """A category of that name."""
    return ProductCategory(category_id=uuid7(), version=version, slug=name.lower(), name=name)


def projections() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the current generation, table by table, without its number."""
    tables = [
        table for table in Base.metadata.sorted_tables if "generation" in table.primary_key.columns
    ]
    with reading() as session:
        return {
            table.name: sorted(
                (tuple(row)[1:] for row in session.execute(_rows_of(table.name))), key=repr
            )
            for table in tables
        }


def _rows_of(table: str) -> Any:
    return text(
        f"SELECT * FROM {table} WHERE generation = (SELECT current FROM projection)"  # noqa: S608  # names of ours
    )
