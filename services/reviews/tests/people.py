"""Customers who buy and review over HTTP, moderators, and what was announced of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.contracts.orders import OrderConfirmed, OrderLine
from libs.contracts.reviews import RatingChanged
from libs.db.transaction import reading, transaction
from libs.ids import to_text, uuid7
from libs.testing.tokens import Issuer
from services.reviews import tasks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FINE: dict[str, Any] = {"stars": 5, "text": "A fine mug."}


@dataclass
class Caller:
    """One person."""

    client: FlaskClient
    user_id: UUID | None
    headers: dict[str, str]

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        """The response to a request below /api/v1."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/api/v1{path}", method=method, json=json, headers=self.headers | extra
        )

    def get(self, path: str) -> Any:
        """The body of what is there."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.json
        return answer.json

    def buys(self, *products: UUID) -> None:
        """An order of the products is paid."""
        tell(confirmed(self.user_id, *products))

    def writes(self, product_id: UUID, **changes: Any) -> Any:
        """The new review of a product that was bought."""
        answer = self.call("POST", f"{address(product_id)}/reviews", FINE | changes)
        assert answer.status_code == 201, answer.json
        return answer.json

    def decides(self, review: Any, decision: str = "approve", version: str = "") -> Any:
        """The answer to a decision about the version that was seen."""
        body = {"reason": "Not about the product."} if decision == "reject" else None
        seen = version or f'"{review["version"]}"'
        return self.call("POST", f"/reviews/{review['id']}/{decision}", body, If_Match=seen)


@dataclass
class People:
    """Makes callers."""

    app: Flask
    issuer: Issuer

    def somebody(self, role: str = "customer") -> Caller:
        """Somebody new."""
        user_id = uuid7()
        return Caller(self.app.test_client(), user_id, self.issuer.user(user_id, (role,)))

    def buyer(self, product_id: UUID) -> Caller:
        """Somebody new who has bought the product."""
        found = self.somebody()
        found.buys(product_id)
        return found


def address(product_id: UUID) -> str:
    """Where the product is, below /api/v1."""
    return f"/products/{to_text('prd', product_id)}"


def line(product_id: UUID) -> OrderLine:
    """One piece of the product, as it was sold."""
    return OrderLine(
        variant_id=uuid7(),
        product_id=product_id,
        sku="MUG",
        title="Mug",
        quantity=1,
        unit_price_minor=950,
        total_minor=950,
    )


def confirmed(customer_id: UUID | None, *products: UUID, **changes: Any) -> OrderConfirmed:
    """The fact that an order was paid."""
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "1001",
        "cart_id": uuid7(),
        "customer_id": customer_id,
        "email": "ada@example.org",
        "currency": "EUR",
        "total_minor": 950,
        "confirmed_at": NOON,
        "lines": tuple(line(product_id) for product_id in products),
    }
    return OrderConfirmed(**(usual | changes))


def tell(fact: OrderConfirmed) -> None:
    """Orders announces."""
    with transaction() as session:
        tasks.keep_purchases(session, fact)


def announced() -> list[tuple[int, int, int]]:
    """Version, count and sum of each rating that was told, in order."""
    with reading() as session:
        envelopes = session.scalars(text("SELECT envelope FROM outbox ORDER BY id")).all()
    facts = [
        msgspec.convert(msgspec.json.decode(envelope)["data"], RatingChanged)
        for envelope in envelopes
    ]
    return [(fact.version, fact.count, fact.sum) for fact in facts]


def miscounted() -> list[Any]:
    """Ratings that differ from the approved reviews: always none."""
    with reading() as session:
        return list(
            session.execute(
                text(
                    """
                    SELECT product_id FROM rating r WHERE (count, sum) <> (
                        SELECT count(*), coalesce(sum(stars), 0) FROM review v
                        WHERE v.product_id = r.product_id AND v.state = 'approved')
                    """
                )
            )
        )
