"""A shop around orders: the real carts beside it, and answers of the other participants."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from flask import Flask
from sqlalchemy import func, select, text

from libs.contracts.catalog import ProductChanged, ProductVariant, VariantPrice
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.promotions import CouponsChanged, CouponState, PromotionChanged
from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.db.transaction import reading, transaction
from libs.ids import from_text, uuid7
from libs.messaging.batch import Delivery, Executor, Kind
from libs.messaging.message import Envelope, Fact, Reply, SagaKey
from libs.messaging.wire import Outgoing, pack, read, unpack
from libs.runtime import registry
from libs.saga.orchestrator import Orchestrator
from services.orders.models.tables import Order
from services.orders.sagas import OrderPlan
from services.orders.worker import WORKER

BERLIN = {
    "name": "Ada",
    "line1": "Street 1",
    "city": "Berlin",
    "postcode": "10115",
    "country": "DE",
}
_HEARD = text("DELETE FROM outbox WHERE type = ANY(:types) RETURNING envelope")
F = TypeVar("F", bound=Fact)
_ANNOUNCED = text("SELECT envelope FROM outbox WHERE type = :type")
_PARKED = text("SELECT reason FROM dead_letter")
_PLAN = text("SELECT plan FROM saga WHERE id = :id")
_PENDING = text("SELECT type, state FROM saga WHERE id = :id")


class Shop:
    """The services of a test, and what passes between them instead of a broker."""

    def __init__(self, orders: Flask, carts: Flask) -> None:
        self.app = orders
        self.carts = carts
        tasks = registry.worker_entries(["carts"], "saga")[0].tasks
        self._carts = Executor(carts, tasks, None)
        self._orders = Executor(orders, WORKER.tasks, Orchestrator(WORKER.sagas))
        self.variants: dict[str, UUID] = {}
        self._version = 0

    def sells(self, *skus: str, price: int = 1000, stock: int = 1_000_000, title: str = "") -> None:
        """Catalog and inventory tell of products with one variant each."""
        self._version += 1
        facts: list[Fact] = []
        for sku in skus:
            variant_id = self.variants.setdefault(sku, uuid7())
            variant = ProductVariant(
                variant_id=variant_id,
                sku=sku,
                title=title or f"Title of {sku}",
                prices=(VariantPrice(currency="EUR", amount_minor=price),),
            )
            product = ProductChanged(
                product_id=uuid7(),
                version=self._version,
                slug=sku.lower(),
                name=sku,
                active=True,
                tax_category="standard",
                variants=(variant,),
            )
            level = StockLevel(variant_id=variant_id, available=stock, version=self._version)
            facts += [product, StockChanged(levels=(level,))]
        self.tell(*facts)

    def promotes(self, code: str) -> None:
        """Promotions tells of a coupon for 10 %."""
        self._version += 1
        promotion = PromotionChanged(
            promotion_id=uuid7(),
            version=self._version,
            name="Discount",
            active=True,
            kind="percentage",
            percent_basis_points=1000,
            amount_minor=None,
            currency=None,
            minimum_subtotal_minor=0,
            starts_at=None,
            ends_at=None,
            automatic=False,
            priority=0,
            stackable=False,
        )
        coupon = CouponState(code, self._version, usable=True)
        coupons = CouponsChanged(promotion_id=promotion.promotion_id, coupons=(coupon,))
        self.tell(promotion, coupons)

    def tell(self, *facts: Fact) -> None:
        """Carts hears these facts."""
        self._carts.process([_arrived(pack(fact, source="test"), "fact") for fact in facts])

    def pass_facts_on(self) -> None:
        """Carts hears what orders announced."""
        types = [fact.wire_name for fact in SUBSCRIPTIONS["carts"]]
        with transaction() as session:
            envelopes = list(session.scalars(_HEARD, {"types": types}))
        facts = [_delivery(stored(envelope), "fact") for envelope in envelopes]
        if facts:
            self._carts.process(facts)

    def answers(self, saga_id: UUID, step: str, outcome: Any = "done", **reply: Any) -> list[str]:
        """A participant answers the pending step; the commands that this leads to."""
        kind, state = self.saga(saga_id)
        pending = state["steps"][step]
        phase: Any = "undo" if pending["status"] == "undoing" else "do"
        key = SagaKey(saga_id, step, pending.get("generation", 0), phase, pending["attempt"])
        message = pack(
            Reply(outcome=outcome, **reply),
            source="test",
            key=key,
            saga_type=kind,
            reply_to="orders.replies",
        )
        return self._lead([_arrived(message, "reply")])

    def finishes(self, saga_id: UUID, **refused: str) -> str:
        """Everybody does as asked, but refuses the steps named with a code; the saga's status."""
        while pending := self.pending(saga_id):
            step = pending[0]
            if code := refused.pop(step, None):
                self.answers(saga_id, step, "rejected", code=code, detail="refused by the test")
            else:
                self.answers(saga_id, step)
        self.pass_facts_on()
        return str(self.saga(saga_id)[1]["status"])

    def pending(self, saga_id: UUID) -> list[str]:
        """The steps whose answer is awaited."""
        steps = self.saga(saga_id)[1]["steps"]
        return [name for name, step in steps.items() if step.get("status") in {"sent", "undoing"}]

    def saga(self, saga_id: UUID) -> tuple[str, dict[str, Any]]:
        """Type and state of a saga."""
        with self.app.app_context(), reading() as session:
            kind, state = session.execute(_PENDING, {"id": saga_id}).one()
            return kind, state

    def parked(self) -> list[str]:
        """Messages that orders could not handle."""
        with self.app.app_context(), reading() as session:
            return list(session.scalars(_PARKED))

    @contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Meanwhile nobody can write to the table of orders."""
        with self.app.app_context(), transaction() as session:
            session.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
            yield

    def _lead(self, replies: Sequence[Delivery]) -> list[str]:
        outgoing = self._orders.process(replies).outgoing
        commands = [one for one in outgoing if one.routing_key == "carts.commands"]
        if commands:
            done = self._carts.process([_arrived(one, "command") for one in commands]).outgoing
            self._orders.process([_arrived(one, "reply") for one in done])
        return [message.type for message in outgoing]


class Buyer:
    """A guest, or the user of the headers, with carts and orders."""

    def __init__(self, shop: Shop, headers: dict[str, str] | None = None) -> None:
        self._shop = shop
        self.headers = headers or {}

    def fills(self, *skus: str, quantity: int = 1, **body: Any) -> str:
        """A new cart with these; a guest owns it by its token from then on."""
        items = [{"sku": sku, "quantity": quantity} for sku in skus]
        wanted = {"currency": "EUR", "items": items, "shipping_address": BERLIN} | body
        answer: Any = self._shop.carts.test_client().post(
            "/api/v1/carts", json=wanted, headers=self.headers
        )
        assert answer.status_code == 201, answer.json
        if token := answer.json["session_token"]:
            self.headers = self.headers | {"X-Cart-Token": token}
        cart_id: str = answer.json["id"]
        return cart_id

    def cart(self, cart_id: str) -> Any:
        """The cart as carts shows it."""
        client = self._shop.carts.test_client()
        return client.get(f"/api/v1/carts/{cart_id}", headers=self.headers).json

    def places(self, cart_id: str, key: str = "key", prefer: str = "", **body: Any) -> Any:
        """The answer to an order of the cart."""
        headers = {"Idempotency-Key": key} | ({"Prefer": prefer} if prefer else {})
        return self.call("POST", json=request_of(cart_id, **body), **headers)

    def orders(self, *skus: str, quantity: int = 1, **body: Any) -> Any:
        """An accepted order of these."""
        answer = self.places(self.fills(*skus, quantity=quantity), key=uuid7().hex, **body)
        assert answer.status_code == 202, answer.json
        return answer.json

    def buys(self, *skus: str, quantity: int = 1) -> Any:
        """A paid order of these."""
        order = self.orders(*skus, quantity=quantity)
        self._shop.finishes(uuid_of(order))
        return self.call("GET", f"/{order['id']}").json

    def returns(self, order: Any, pieces: Iterable[int], key: str = "return") -> Any:
        """The answer to a return of so many pieces of the order's lines, in their order."""
        lines = [
            {"line_id": line["id"], "quantity": count}
            for line, count in zip(order["lines"], pieces, strict=False)
            if count
        ]
        path, body = f"/{order['id']}/returns", {"lines": lines, "reason": "too small"}
        return self.call("POST", path, json=body, Idempotency_Key=key)

    def call(self, method: str, path: str = "", json: Any = None, **headers: str) -> Any:
        """The answer to a request to orders; the path starts below /api/v1/orders."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self._shop.app.test_client()
        return client.open(
            f"/api/v1/orders{path}", method=method, json=json, headers=self.headers | more
        )


def request_of(cart_id: str, **body: Any) -> dict[str, Any]:
    """The body of a request to place an order."""
    usual = {
        "cart_id": cart_id,
        "email": "ada@example.com",
        "payment": {"provider": "simulator", "token": "tok_visa"},
    }
    return usual | body


def euros(amount: int) -> dict[str, Any]:
    """An amount as a request names it."""
    return {"amount": amount, "currency": "EUR"}


def told(answer: Any) -> tuple[int, Any]:
    """What the caller learns, but for what differs with every request."""
    return answer.status_code, answer.json | {"trace_id": None}


def count_orders() -> int:
    """How many orders there are."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def plan_of(order: Any) -> OrderPlan:
    """What the order's saga was told when it began."""
    with reading() as session:
        plan = session.scalar(_PLAN, {"id": uuid_of(order)})
    return msgspec.json.decode(plan, type=OrderPlan)


def announced(kind: type[F]) -> list[F]:
    """The facts of that kind that nobody has heard yet."""
    with reading() as session:
        envelopes = session.scalars(_ANNOUNCED, {"type": kind.wire_name}).all()
    return [read(stored(envelope), kind) for envelope in envelopes]


def stored(envelope: str) -> Envelope:
    """A message as the outbox keeps it."""
    return msgspec.json.decode(envelope, type=Envelope)


def uuid_of(thing: Any, prefix: str = "ord") -> UUID:
    """The identifier inside of an order, or of something else."""
    return from_text(prefix, thing["id"])


def _arrived(message: Outgoing, kind: Kind) -> Delivery:
    return _delivery(unpack(message.body), kind)


def _delivery(envelope: Envelope, kind: Kind) -> Delivery:
    return Delivery(envelope, kind, None, redelivered=False)
