"""A shop that tells of its products, orders and visitors, and what it recommends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from libs import clock
from libs.contracts.catalog import (
    ProductCategory,
    ProductChanged,
    ProductVariant,
    VariantPrice,
)
from libs.contracts.events import BehaviorEvent, Kind, UserEvents
from libs.contracts.orders import OrderConfirmed, OrderLine
from libs.db.transaction import reading, transaction
from libs.ids import from_text, to_text, uuid7
from services.recommendations import publisher, tasks

PATH = "/api/v1/recommendations"
# All that is marked is due by then.
SETTLED = timedelta(minutes=1)


class Shop:
    """Products by name; facts are told as other services would."""

    def __init__(self, client: FlaskClient) -> None:
        self.products: dict[str, UUID] = {}
        self._client = client
        self._version = 0

    def sells(self, *names: str, category: UUID | None = None, price: int = 1000) -> None:
        """Put products on sale, or change them."""
        for name in names:
            self._tell_product(name, category, price, active=True)

    def withdraws(self, *names: str) -> None:
        """Take products off the shelves."""
        for name in names:
            self._tell_product(name, None, 1000, active=False)

    def sold(
        self, *names: str, customer: UUID | None = None, at: datetime | None = None, times: int = 1
    ) -> None:
        """That many orders of these products are paid."""
        for _ in range(times):
            hear(confirmed([self.products[name] for name in names], customer, at))

    def visited(
        self,
        *names: str,
        visitor: str = "",
        user: UUID | None = None,
        kind: Kind = "view",
        at: datetime | None = None,
    ) -> None:
        """A visitor, somebody new unless named, sees these products in turn."""
        session_id = visitor or str(uuid7())
        self.behaved(
            *(
                behavior(self.products[name], kind, session_id=session_id, user_id=user, at=at)
                for name in names
            )
        )

    def behaved(self, *events: BehaviorEvent) -> None:
        """Tell of these events in one message."""
        hear(UserEvents(events=events))

    def keeps_up(self) -> None:
        """Whatever the workers would do within a minute is done."""
        while publisher.fold():
            pass
        with ahead(SETTLED):
            while publisher.publish_due(100):
                pass

    def answer(self, headers: dict[str, str] | None = None, **query: Any) -> Any:
        """The response to a request."""
        return self._client.get(PATH, query_string=query, headers=headers or {})

    def recommends(self, headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        """The names in the answer, in order."""
        return [item["title"] for item in self._items(headers, query)]

    def reasons(self, headers: dict[str, str] | None = None, **query: Any) -> dict[str, str]:
        """Why each is recommended."""
        return {item["title"]: item["reason"] for item in self._items(headers, query)}

    def product(self, name: str) -> str:
        """As clients call it."""
        return to_text("prd", self.products[name])

    def name(self, product_id: UUID) -> str:
        """What is sold under that id."""
        return next(name for name, known in self.products.items() if known == product_id)

    def _items(self, headers: dict[str, str] | None, query: dict[str, Any]) -> list[Any]:
        answer = self.answer(headers, **query)
        assert answer.status_code == 200, answer.json
        items: list[Any] = answer.json["data"]
        ids = [from_text("prd", item["id"]) for item in items]
        assert len(set(ids)) == len(ids)
        assert [self.name(one) for one in ids] == [item["title"] for item in items]
        return items

    def _tell_product(self, name: str, category: UUID | None, price: int, *, active: bool) -> None:
        product_id = self.products.setdefault(name, uuid7())
        self._version += 1
        state = None
        if category:
            state = ProductCategory(category_id=category, version=1, slug="c", name="C")
        hear(
            ProductChanged(
                product_id=product_id,
                version=self._version,
                slug=name.lower(),
                name=name,
                active=active,
                tax_category="standard",
                variants=(variant(price + 500), variant(price)),
                category=state,
            )
        )


def variant(price: int) -> ProductVariant:
    """Something that costs that much in EUR."""
    prices = (VariantPrice(currency="EUR", amount_minor=price),)
    return ProductVariant(variant_id=uuid7(), sku=str(uuid7()), title="", prices=prices)


def behavior(product_id: UUID | None, kind: Kind = "view", **changes: Any) -> BehaviorEvent:
    """One thing that a visitor did, with consent unless told otherwise."""
    usual: dict[str, Any] = {"session_id": "visit", **changes}
    usual["at"] = usual.get("at") or clock.now()
    return BehaviorEvent(id=uuid7(), kind=kind, product_id=product_id, **usual)


def confirmed(
    products: list[UUID],
    customer: UUID | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> OrderConfirmed:
    """A paid order of one piece each."""
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "1001",
        "cart_id": uuid7(),
        "customer_id": customer,
        "email": "ada@example.org",
        "currency": "EUR",
        "total_minor": 1000,
        "confirmed_at": at or clock.now(),
        "lines": tuple(line(product_id) for product_id in products),
    }
    return OrderConfirmed(**(usual | changes))


def line(product_id: UUID) -> OrderLine:
    """One piece, as it was sold."""
    return OrderLine(
        variant_id=uuid7(),
        product_id=product_id,
        sku="MUG",
        title="Mug",
        quantity=1,
        unit_price_minor=1000,
        total_minor=1000,
    )


def hear(fact: ProductChanged | OrderConfirmed | UserEvents) -> None:
    """Let the service hear a fact."""
    handlers: dict[type[Any], Any] = {
        ProductChanged: tasks.project_product,
        OrderConfirmed: tasks.note_order,
        UserEvents: tasks.note_behavior,
    }
    with transaction() as session:
        handlers[type(fact)](session, fact)


@contextmanager
def ahead(by: timedelta) -> Iterator[None]:
    """While this lasts, the clock is ahead of the real one."""
    real = clock.now
    setattr(clock, "now", lambda: real() + by)  # noqa: B010  the one seam that tests may move
    try:
        yield
    finally:
        setattr(clock, "now", real)  # noqa: B010  as above


def rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with reading() as session:
        return [tuple(row) for row in session.execute(text(sql), parameters)]


def counted() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """All counts: of products and of pairs."""
    return (
        set(rows("SELECT product_id, week, weight FROM popularity")),
        set(rows("SELECT product_id, other_id, week, weight FROM co_occurrence")),
    )


def counts_of_baskets() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """What all counts have to be."""
    return (
        set(
            rows(
                """
                SELECT i.product_id, b.week, sum(i.weight)::bigint
                FROM basket b JOIN basket_item i ON i.basket_id = b.id GROUP BY 1, 2
                """
            )
        ),
        set(
            rows(
                """
                SELECT i.product_id, o.product_id, b.week, sum(least(i.weight, o.weight))::bigint
                FROM basket b JOIN basket_item i ON i.basket_id = b.id
                JOIN basket_item o ON o.basket_id = b.id AND o.product_id <> i.product_id
                GROUP BY 1, 2, 3
                """
            )
        ),
    )
