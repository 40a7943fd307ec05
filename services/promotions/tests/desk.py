"""An administrator who makes promotions over HTTP, orders that use them, and what became of it."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.contracts.promotions import (
    CouponsChanged,
    CouponState,
    PromotionChanged,
    RedeemPromotions,
    Redemption,
    ReleasePromotions,
)
from libs.db.transaction import reading, transaction
from libs.ids import from_text, uuid7
from libs.messaging.message import Fact
from services.promotions import tasks

F = TypeVar("F", bound=Fact)
TEN_PERCENT = {"name": "Ten percent", "kind": "percentage", "percent_basis_points": 1000}


class Desk:
    """Speaks HTTP as an administrator."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def call(self, method: str, path: str = "", json: Any = None, **headers: str) -> Any:
        """The response to a request below /promotions."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(
            f"/api/v1/promotions{path}",
            method=method,
            json=json,
            headers=self._headers | extra,
        )

    def promotion(self, **values: Any) -> str:
        """The identifier of a new promotion, of 10 % unless said otherwise."""
        made = self.call("POST", "", TEN_PERCENT | values)
        assert made.status_code == 201, made.json
        return str(made.json["id"])

    def coupon(self, code: str, promotion: str | None = None, **limits: Any) -> str:
        """The path of a new coupon, of a new promotion unless one is given."""
        path = f"/{promotion or self.promotion()}/coupons"
        made = self.call("POST", path, {"code": code} | limits)
        assert made.status_code == 201, made.json
        return f"{path}/{made.json['id']}"


def redeem(
    *codes: str, order_id: UUID | None = None, customer: str = "ada", discount: int = 100
) -> UUID:
    """An order uses these coupons."""
    order = order_id or uuid7()
    message = RedeemPromotions(
        order_id=order,
        customer=customer,
        currency="EUR",
        redemptions=tuple(
            Redemption(code=code, promotion_id=uuid7(), discount_minor=discount) for code in codes
        ),
    )
    with transaction() as session:
        tasks.redeem_promotions(session, message)
    return order


def release(order_id: UUID) -> None:
    """The order is undone."""
    with transaction() as session:
        tasks.release_promotions(session, ReleasePromotions(order_id=order_id))


def announced(promotion: str) -> list[PromotionChanged]:
    """What was told of the promotion, in order."""
    facts = told(PromotionChanged)
    return [fact for fact in facts if fact.promotion_id == from_text("pro", promotion)]


def announced_coupons() -> list[CouponState]:
    """What was told of coupons, in order."""
    return [coupon for fact in told(CouponsChanged) for coupon in fact.coupons]


def told(kind: type[F]) -> list[F]:
    """The facts of one kind, in order."""
    statement = text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id")
    with reading() as session:
        envelopes = session.scalars(statement, {"type": kind.wire_name}).all()
    return [msgspec.convert(msgspec.json.decode(envelope)["data"], kind) for envelope in envelopes]


def miscounted() -> list[tuple[object, ...]]:
    """Counters that differ from the redemptions held: always none."""
    with reading() as session:
        rows = session.execute(
            text(
                """
                SELECT 'coupon', code FROM coupon c WHERE used <> (
                    SELECT count(*) FROM redemption r
                    WHERE r.coupon_id = c.id AND r.state = 'held')
                UNION ALL
                SELECT 'customer', customer FROM coupon_customer n WHERE used <> (
                    SELECT count(*) FROM redemption r
                    WHERE r.coupon_id = n.coupon_id AND r.customer = n.customer
                      AND r.state = 'held')
                UNION ALL
                SELECT 'budget', name FROM promotion p WHERE budget_minor IS NOT NULL
                    AND spent_minor <> (
                        SELECT coalesce(sum(discount_minor), 0) FROM redemption r
                        WHERE r.promotion_id = p.id AND r.state = 'held')
                """
            )
        )
        return [tuple(row) for row in rows]
