"""A customer asks for their data and then to be forgotten; afterwards no database knows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from libs.db.settings import database_url
from libs.testing.traces import find_traces
from tests.end_to_end.shop import ADDRESS, PASSWORD, Caller, Order, Shop, await_that, open_shop

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
SKU = "PRIVATE"


@dataclass
class Person:
    """Somebody whose name, address and mail address nobody else has."""

    caller: Caller
    id: str
    email: str
    name: str
    street: str

    @property
    def words(self) -> list[str]:
        return [self.email, self.name, self.street]

    @property
    def address(self) -> dict[str, str]:
        return ADDRESS | {"name": self.name, "line1": self.street}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop({"ARGOSY_ACCOUNTS_ERASURE_DELAY": "0"}) as opened:
        opened.sell({SKU: 100})
        yield opened


@contextmanager
def _database(shop: Shop, service: str) -> Iterator[Session]:
    url = shop.cluster.installation.servers.databases[service]
    known = database_url(service, {f"ARGOSY_{service.upper()}_DATABASE_URL": url})
    with Session(create_engine(known, poolclass=NullPool)) as session:
        yield session


def _traces(shop: Shop, person: Person) -> dict[str, list[str]]:
    """What each service's database still holds of the person."""
    found = {}
    for service in shop.cluster.installation.servers.databases:
        with _database(shop, service) as session:
            found[service] = find_traces(session, person.words)
    return {service: rows for service, rows in found.items() if rows}


def _waiting(shop: Shop) -> int:
    """Messages and sagas that are still on their way."""
    query = text(
        "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM saga WHERE ended_at IS NULL)"
    )
    found = 0
    for service in shop.cluster.installation.servers.databases:
        with _database(shop, service) as session:
            found += session.execute(query).scalar_one()
    return found


def _meet(shop: Shop) -> Person:
    """Somebody registers and proves the mail address."""
    canary = uuid4().hex[:12]
    email, name = f"{canary}@example.com", f"Ada {canary}"
    body = {"email": email, "password": PASSWORD, "name": name}
    made = shop.guest().post("/accounts/register", body).expect(201)
    person = Person(shop.log_in(email), made["id"], email, name, f"{canary} Street")
    person.caller.post("/accounts/email-verifications").expect(202)
    token = _mailed_token(shop, email)
    person.caller.call("PUT", f"/accounts/email-verifications/{token}").expect(204)
    return person


def _mailed_token(shop: Shop, email: str) -> str:
    found: list[str] = []
    query = text("SELECT body FROM message WHERE template = :template AND address = :email")

    def look() -> bool:
        with _database(shop, "notifications") as session:
            values = {"template": "email_verification", "email": email}
            found[:] = session.execute(query, values).scalars()
        return bool(found)

    await_that("the mail with the token", look)
    return found[0].partition("code: ")[2].split()[0]


def _buy(shop: Shop, caller: Caller, person: Person) -> str:
    """An order to the person's address, delivered."""
    cart = caller.post(
        "/carts",
        {
            "currency": "EUR",
            "items": [{"sku": SKU, "quantity": 1}],
            "shipping_address": person.address,
            "shipping_method": "standard",
        },
    ).expect(201)
    body = {
        "cart_id": cart["id"],
        "email": person.email,
        "payment": {"provider": "simulator", "token": "tok_ok"},
    }
    headers = {
        "X_Cart_Token": cart["session_token"],
        "Idempotency_Key": str(uuid4()),
        "Prefer": "wait=20",
    }
    order = Order(caller.call("POST", "/orders", body, **headers).expect(200, 201, 202))
    await_that("the order", lambda: _status(shop, order.id) == "processing")
    return order.id


def _status(shop: Shop, order_id: str) -> str:
    return str(shop.admin.get(f"/orders/{order_id}").expect(200)["status"])


def _deliver(shop: Shop, order_id: str) -> None:
    for status in ("shipped", "delivered"):
        shop.admin.post(f"/orders/{order_id}/transitions", {"status": status}).expect(200)


def _leave_traces(shop: Shop, person: Person) -> None:
    """A wishlist, a review and an address book that name the person."""
    caller = person.caller
    caller.post("/accounts/addresses", person.address).expect(201)
    caller.post("/wishlists", {"name": f"{person.name}'s wishes"}).expect(201)
    [product] = shop.admin.get("/products").expect(200)["data"]
    said = {"stars": 5, "text": f"{person.name} likes it."}
    reviews = f"/products/{product['id']}/reviews"
    await_that("the proof", lambda: caller.post(reviews, said).status in {201, 409})


def _erase(shop: Shop, person: Person) -> dict[str, Any]:
    """The wish to be forgotten, once it has come to an end."""
    caller = shop.log_in(person.email)
    wish = caller.post("/accounts/erasures", {"current_password": PASSWORD}).expect(202)
    ended: list[dict[str, Any]] = []

    def look() -> bool:
        wishes = shop.admin.get(f"/users/{person.id}/erasures").expect(200)["data"]
        ended[:] = [one for one in wishes if one["id"] == wish["id"] and one["ended_at"]]
        return bool(ended)

    await_that("the end of the erasure", look, 60)
    return ended[0]


def test_a_copy_holds_what_every_service_knows(shop):
    person = _meet(shop)
    _deliver(shop, _buy(shop, person.caller, person))
    _leave_traces(shop, person)

    path = f"/accounts/exports/{person.caller.post('/accounts/exports').expect(202)['id']}"
    await_that("the copy", lambda: person.caller.get(path).body["state"] == "ready")

    services = person.caller.get(f"{path}/download").expect(200)["services"]
    for service in ("accounts", "carts", "notifications", "orders", "reviews", "wishlists"):
        assert person.name in str(services[service]) or person.email in str(services[service])


def test_who_waits_for_a_parcel_is_not_forgotten_and_may_come_in_again(shop):
    person = _meet(shop)
    _buy(shop, person.caller, person)

    ended = _erase(shop, person)

    assert (ended["state"], ended["code"]) == ("refused", "orders.in_progress")
    assert shop.log_in(person.email).get("/accounts/profile").body["email"] == person.email


def test_after_an_erasure_no_database_knows_the_person(shop):
    person = _meet(shop)
    _deliver(shop, _buy(shop, person.caller, person))
    _deliver(shop, _buy(shop, shop.guest(), person))
    _leave_traces(shop, person)
    copy = person.caller.post("/accounts/exports").expect(202)["id"]
    path = f"/accounts/exports/{copy}"
    await_that("the copy", lambda: person.caller.get(path).body["state"] == "ready")
    assert {"accounts", "orders", "carts", "notifications"} <= _traces(shop, person).keys()

    ended = _erase(shop, person)

    assert (ended["state"], ended["code"]) == ("done", None)
    await_that("the last message", lambda: not _waiting(shop))
    assert _traces(shop, person) == {}
    body = {"email": person.email, "password": PASSWORD}
    assert shop.guest().post("/accounts/login", body).status == 401
