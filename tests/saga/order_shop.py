"""A shop of the real services around the order saga, stocked for any number of orders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.contracts.promotions import Redemption
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.messaging.worker import WorkerService
from libs.service import create_context_app
from libs.testing.pump import Pump
from libs.testing.servers.payment_simulator import PaymentSimulator
from services.carts.worker import WORKER as CARTS
from services.inventory.models import Location, StockLevel, Variant
from services.inventory.worker import WORKER as INVENTORY
from services.orders.commands.place import (
    FrozenCart,
    FrozenLine,
    Purchase,
    Totals,
    place_order,
)
from services.orders.sagas import PLACE_ORDER, RETURN_ORDER
from services.orders.tasks import tasks as order_tasks
from services.payments.worker import WORKER as PAYMENTS
from services.promotions.models import Coupon, Promotion
from services.promotions.worker import WORKER as PROMOTIONS

# The HTTP half of orders is not needed to lead its sagas, so its settings are not either.
ORDERS = WorkerService(name="orders", tasks=order_tasks, sagas=(PLACE_ORDER, RETURN_ORDER))
SERVICES = (ORDERS, INVENTORY, PROMOTIONS, PAYMENTS, CARTS)
STOCK = 1_000_000
PRICE, DISCOUNT = 1000, 100
_CART = """
    WITH made AS (
        INSERT INTO cart (id, token_hash, currency, status, coupons, shown_total_minor, order_id,
            lease_until)
        VALUES (:cart_id, decode(replace(CAST(:cart_id AS text), '-', ''), 'hex'), 'EUR', 'frozen',
            '{}', :total, :order_id, now() + interval '1 hour')
    )
    INSERT INTO cart_freeze (order_id, cart_id, request_key, state, snapshot)
    VALUES (:order_id, :cart_id, 'harness', 'leased', '{}')
"""


class OrderShop:
    """The services in a pump, and what they know of one order."""

    def __init__(self, simulator: PaymentSimulator) -> None:
        self.pump = Pump()
        self.simulator = simulator
        self._variant_id, self._product_id = uuid4(), uuid4()
        self._promotion_id = uuid4()
        self._carts: dict[UUID, UUID] = {}

    def open(self, environ: Callable[[str], dict[str, str]]) -> None:
        """Start every service on the database that `environ` names, and stock them."""
        for service in SERVICES:
            settings = environ(service.name) | self._settings()
            self.pump.add(create_context_app(service.name, settings, service.settings), service)
        with self.writing("inventory") as session:
            self._stock(session)
        with self.writing("promotions") as session:
            self._promote(session)
        self.pump.beat()

    def begin(self) -> UUID:
        """A frozen cart and its order."""
        order_id, cart_id = uuid7(), uuid7()
        self._carts[order_id] = cart_id
        known = {"order_id": order_id, "cart_id": cart_id, "total": PRICE - DISCOUNT}
        with self.writing("carts") as session:
            session.execute(text(_CART), known)
        with self.writing("orders") as session:
            place_order(session, self._frozen(order_id, cart_id), _PURCHASE)
        return order_id

    def check(self, order_id: UUID, status: str) -> None:
        """Every effect exactly once if it is done; nothing left of it if it is compensated."""
        done = status == "done"
        assert self._order(order_id) == ("processing" if done else "cancelled")
        assert self._stock_of(order_id) in ({"committed"} if done else {"released", None})
        assert self._coupon_of(order_id) in ({"held"} if done else {"released", None})
        self._check_money(order_id, done=done)
        assert self.one(
            "carts", "SELECT status FROM cart WHERE id = :id", self._carts[order_id]
        ) == ("closed" if done else "open")
        self.check_totals()

    def _check_money(self, order_id: UUID, *, done: bool) -> None:
        total = PRICE - DISCOUNT if done else 0
        query = "SELECT coalesce(sum(captured - refunded), 0) FROM payment WHERE order_id = :id"
        assert self.one("payments", query, order_id) == total
        kinds = self.provider_events(order_id)
        assert kinds.count("captured") == int(done)
        if kinds and not done:
            assert kinds[-1] in {"voided", "declined"}

    def provider_events(self, order_id: UUID) -> list[str]:
        """What the provider's own journal says of the order."""
        events = [one for one in self.simulator.journal() if one.intent.reference == str(order_id)]
        return [event.type.removeprefix("intent.") for event in events]

    def check_totals(self) -> None:
        """The counters of all orders so far agree with what each one holds."""
        assert self._all("inventory", _STOCK_IS_SOUND) == [(True, True)]
        assert self._all("promotions", _COUPON_IS_SOUND) == [(True,)]

    def _order(self, order_id: UUID) -> Any:
        return self.one("orders", "SELECT status FROM orders WHERE id = :id", order_id)

    def _stock_of(self, order_id: UUID) -> Any:
        return self.one(
            "inventory", "SELECT state FROM reservation WHERE reference = :id", order_id
        )

    def _coupon_of(self, order_id: UUID) -> Any:
        return self.one("promotions", "SELECT state FROM redemption WHERE order_id = :id", order_id)

    def one(self, service: str, query: str, identifier: UUID) -> Any:
        """The only value, if there is a row."""
        rows = self._all(service, query, id=identifier)
        assert len(rows) <= 1
        return rows[0][0] if rows else None

    def _all(self, service: str, query: str, **values: Any) -> list[Any]:
        with self._app(service).app_context(), reading() as session:
            return [tuple(row) for row in session.execute(text(query), values)]

    def _app(self, service: str) -> Flask:
        return self.pump.nodes[service].app

    @contextmanager
    def writing(self, service: str) -> Iterator[Session]:
        """A transaction on the service's database."""
        with self._app(service).app_context(), transaction() as session:
            yield session

    def _settings(self) -> dict[str, str]:
        return {
            "ARGOSY_PAYMENTS_SIMULATOR_URL": self.simulator.url,
            "ARGOSY_PAYMENTS_LEASE_SECONDS": "0.5",
            "ARGOSY_PAYMENTS_MISSING_SECONDS": "0.5",
        }

    def _stock(self, session: Session) -> None:
        place = Location(id=uuid7(), code="MAIN", name="Main", priority=1)
        variant = Variant(id=self._variant_id, product_id=self._product_id, sku="MUG", listed=True)
        session.add_all([place, variant])
        session.flush()
        session.add(
            StockLevel(
                variant_id=self._variant_id,
                location_id=place.id,
                on_hand=STOCK,
                reserved=0,
                threshold=0,
                backorder=False,
                version=1,
            )
        )

    def _promote(self, session: Session) -> None:
        session.add(
            Promotion(
                id=self._promotion_id,
                name="Harness",
                kind="fixed",
                amount_minor=DISCOUNT,
                currency="EUR",
                minimum_subtotal_minor=0,
                automatic=False,
                priority=1,
                stackable=True,
                active=True,
                budget_minor=STOCK * DISCOUNT,
            )
        )
        session.flush()
        session.add(Coupon(promotion_id=self._promotion_id, code="SAVE", active=True))

    def _frozen(self, order_id: UUID, cart_id: UUID) -> FrozenCart:
        return FrozenCart(
            order_id=order_id,
            cart_id=cart_id,
            currency="EUR",
            user_id=None,
            lines=(self._line(),),
            redemptions=(
                Redemption(code="SAVE", promotion_id=self._promotion_id, discount_minor=DISCOUNT),
            ),
            discounts=[],
            shipping_address={"country": "DE"},
            shipping_method="standard",
            totals=Totals(
                subtotal_minor=PRICE,
                discount_minor=DISCOUNT,
                shipping_minor=0,
                tax_minor=0,
                included_tax_minor=0,
                total_minor=PRICE - DISCOUNT,
            ),
            lease_until=None,
        )

    def _line(self) -> FrozenLine:
        return FrozenLine(
            variant_id=self._variant_id,
            product_id=self._product_id,
            sku="MUG",
            title="Mug",
            quantity=1,
            unit_price_minor=PRICE,
            discount_minor=DISCOUNT,
            tax_minor=0,
            included_tax_minor=0,
            total_minor=PRICE - DISCOUNT,
        )


_PURCHASE = Purchase(
    email="ada@example.com", guest_key="harness", provider="simulator", token="tok_ok"
)
_STOCK_IS_SOUND = """
    SELECT sum(l.reserved) = (SELECT count(*) FROM reservation WHERE state = 'held'),
        sum(l.on_hand) = 1000000 - (
            SELECT coalesce(sum(quantity - returned), 0) FROM reservation WHERE state = 'committed'
        )
    FROM stock_level l
"""
_COUPON_IS_SOUND = """
    SELECT c.used = (SELECT count(*) FROM redemption WHERE state = 'held')
        AND p.spent_minor = 100 * c.used
    FROM coupon c JOIN promotion p ON p.id = c.promotion_id
"""
