"""A shop of the real services in which one customer after another has left traces everywhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.events import BehaviorEvent
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.messaging.worker import WorkerService
from libs.service import create_context_app
from libs.testing.pump import Pump
from libs.testing.traces import find_traces
from services.accounts.commands import erasures, exports
from services.accounts.commands.audit import Origin
from services.accounts.models.people import Address
from services.accounts.models.users import User
from services.accounts.worker import WORKER as ACCOUNTS
from services.carts.worker import WORKER as CARTS
from services.events.worker import WORKER as EVENTS
from services.notifications.worker import WORKER as NOTIFICATIONS
from services.orders.tasks import tasks as order_tasks
from services.recommendations.worker import WORKER as RECOMMENDATIONS
from services.reviews.worker import WORKER as REVIEWS
from services.wishlists.worker import WORKER as WISHLISTS

# The HTTP half of orders is not needed here, so its settings are not either.
ORDERS = WorkerService(name="orders", tasks=order_tasks)
SERVICES = (ACCOUNTS, ORDERS, CARTS, EVENTS, NOTIFICATIONS, RECOMMENDATIONS, REVIEWS, WISHLISTS)

_ORDER = """
    INSERT INTO orders (id, number, cart_id, customer_id, email, currency, subtotal_minor,
        discount_minor, shipping_minor, tax_minor, included_tax_minor, total_minor, status,
        payment_status, fulfilment_status, shipping_address, shipping_method, discounts,
        created_at, updated_at, confirmed_at)
    VALUES (:order_id, :number, :cart_id, :customer_id, :email, 'EUR', 1000, 0, 0, 0, 0, 1000,
        'delivered', 'paid', 'fulfilled', CAST(:address AS jsonb), 'standard', '[]',
        now(), now(), now())
"""
_CART = """
    INSERT INTO cart (id, user_id, currency, status, coupons, shipping_address, shown_total_minor)
    VALUES (:cart_id, :customer_id, 'EUR', 'open', '{}', CAST(:address AS jsonb), 0)
"""
_PURCHASE = """
    INSERT INTO purchase (customer_id, product_id, order_id, bought_at)
    VALUES (:customer_id, :product_id, :order_id, now())
"""
_REVIEW = """
    INSERT INTO review (id, product_id, customer_id, order_id, stars, text, state, flags,
        version)
    VALUES (:order_id, :product_id, :customer_id, :order_id, 4, :name, 'pending', 0, 1)
"""
_BASKET = """
    INSERT INTO basket (id, user_id, week, at)
    VALUES (:order_id, :customer_id, extract(epoch FROM now())::bigint / 604800, now())
"""
_INTEREST = """
    INSERT INTO basket_item (basket_id, product_id, weight, at)
    VALUES (:order_id, :product_id, 5, now())
"""
_WISHER = "INSERT INTO customer (user_id, list_count) VALUES (:customer_id, 1)"
_WISHLIST = (
    "INSERT INTO wishlist (id, user_id, name, item_count, version)"
    " VALUES (:order_id, :customer_id, :name, 0, 1)"
)
_MESSAGE = """
    INSERT INTO message (id, dedupe_key, channel, user_id, address, subject, body, state)
    VALUES (:order_id, :number, 'email', :customer_id, :email, 'Hello', :name, 'delivered')
"""
# The day of a trace does not matter here.
_DAYS = "CREATE TABLE IF NOT EXISTS any_day PARTITION OF behavior_event DEFAULT"
_SEARCH = """
    INSERT INTO behavior_event (id, day, at, kind, source, user_id, query)
    VALUES (:order_id, current_date, now(), 'search', 'client', :customer_id, :name)
"""
_UNSENT = """
    INSERT INTO pending_batch (id, user_id, events) VALUES (:order_id, :customer_id, :unsent)
"""


class PrivacyShop:
    """The services in a pump; each customer has a name, an address and a mail address that nobody
    else has."""

    def __init__(self) -> None:
        self.pump = Pump()
        self._people: dict[UUID, dict[str, Any]] = {}

    def open(self, environ: Callable[[str], dict[str, str]]) -> None:
        """Start every service on the database that `environ` names."""
        for service in SERVICES:
            app = create_context_app(service.name, environ(service.name), service.settings)
            self.pump.add(app, service)
        self.pump.beat()

    def begin_export(self) -> UUID:
        """A customer wants a copy."""
        customer_id = self._customer()
        with self._writing("accounts") as session:
            user = session.get_one(User, customer_id)
            export_id = exports.request_export(session, user, Origin()).id
        self._people[export_id] = self._people[customer_id]
        return export_id

    def begin_erasure(self) -> UUID:
        """A customer wants to be forgotten, after having had a copy."""
        chance, self.pump.chance = self.pump.chance, None
        faults, self.pump.faults = self.pump.faults, []
        export_id = self.begin_export()
        self.pump.drain()
        self.pump.chance, self.pump.faults = chance, faults
        person = self._people[export_id]
        with self._writing("accounts") as session:
            erasure = erasures.request_erasure(
                session,
                session.get_one(User, person["customer_id"]),
                actor_id=person["customer_id"],
                delay=timedelta(),
                origin=Origin(),
            )
            session.flush()
            erasures.start_due(session, limit=1)
        self._people[erasure.id] = person
        return erasure.id

    def check_export(self, export_id: UUID, status: str) -> None:
        """The copy holds every service's part, or there is none."""
        state, content = self._one(
            "accounts", "SELECT state, content FROM export WHERE id = :id", export_id
        )
        if status != "done":
            assert (state, content) == ("failed", None)
            return
        assert state == "ready"
        services = msgspec.json.decode(content)["services"]
        assert services.keys() == {service.name for service in SERVICES}
        person = self._people[export_id]
        for name, part in services.items():
            known = person["product_id" if name in _NAMELESS else "name"]
            assert str(known) in msgspec.json.encode(part).decode(), name

    def check_erasure(self, erasure_id: UUID, status: str) -> None:
        """Nothing leads to the person any more, or everything is as it was."""
        person = self._people[erasure_id]
        account = self._one(
            "accounts", "SELECT status FROM user_account WHERE id = :id", person["customer_id"]
        )
        state = self._one("accounts", "SELECT state FROM erasure WHERE id = :id", erasure_id)
        done = status == "done"
        assert account == (("erased",) if done else ("active",))
        assert state == (("done",) if done else ("refused",))
        named = [person["email"], person["name"], person["street"]]
        for service in SERVICES:
            words = [str(person["order_id"])] if service.name in _NAMELESS else named
            with self.reading(service.name) as session:
                found = find_traces(session, words)
            assert bool(found) is not done, f"{service.name}: {found}"

    @contextmanager
    def reading(self, service: str) -> Iterator[Session]:
        """A look into a service's database."""
        with self.pump.nodes[service].app.app_context(), reading() as session:
            yield session

    @contextmanager
    def _writing(self, service: str) -> Iterator[Session]:
        with self.pump.nodes[service].app.app_context(), transaction() as session:
            yield session

    def _one(self, service: str, query: str, key: UUID) -> tuple[Any, ...]:
        with self.reading(service) as session:
            return tuple(session.execute(text(query), {"id": key}).one())

    def _customer(self) -> UUID:
        """Somebody who has registered, bought, wished and said something."""
        canary = uuid7().hex[-12:]
        person: dict[str, Any] = {
            "customer_id": uuid7(),
            "order_id": uuid7(),
            "cart_id": uuid7(),
            "product_id": uuid7(),
            "number": canary,
            "email": f"{canary}@example.org",
            "name": f"Ada {canary}",
            "street": f"{canary} Street",
        }
        address = {"name": person["name"], "line1": person["street"], "country": "DE"}
        person["address"] = msgspec.json.encode(address).decode()
        search = BehaviorEvent(
            uuid7(), "search", clock.now(), user_id=person["customer_id"], query=person["name"]
        )
        person["unsent"] = msgspec.json.encode([search]).decode()
        self._people[person["customer_id"]] = person
        with self._writing("accounts") as session:
            session.add(_user(person))
            session.flush()
            session.add(_address(person))
        for service, statements in _TRACES.items():
            with self._writing(service) as session:
                for statement in statements:
                    session.execute(text(statement), person)
        found: UUID = person["customer_id"]
        return found


# What never learns a name leads to a person by the order.
_NAMELESS = {"recommendations"}
_TRACES = {
    "orders": (_ORDER,),
    "carts": (_CART,),
    "notifications": (_MESSAGE,),
    "events": (_DAYS, _SEARCH, _UNSENT),
    "recommendations": (_BASKET, _INTEREST),
    "reviews": (_PURCHASE, _REVIEW),
    "wishlists": (_WISHER, _WISHLIST),
}


def _user(person: dict[str, Any]) -> User:
    return User(
        id=person["customer_id"],
        email=person["email"],
        email_verified_at=clock.now(),
        name=person["name"],
    )


def _address(person: dict[str, Any]) -> Address:
    return Address(
        user_id=person["customer_id"],
        name=person["name"],
        line1=person["street"],
        city="Berlin",
        postcode="10115",
        country="DE",
        default_shipping=True,
        default_billing=True,
    )
