"""Prices for a time: what is charged, what is shown beside it, and what carts are told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from libs import clock
from libs.db.transaction import transaction
from libs.money import Money
from services.catalog import tasks
from services.catalog.commands import price_lists
from services.catalog.errors import BadPeriod, PriceListInForce, UnknownSkus
from services.catalog.queries.cards import VariantCard
from services.catalog.tests.shop import Shop, variant

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """The time of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOON
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def turn(self, **ahead: float) -> None:
        """Let time pass, and the worker do what is due."""
        self.now += timedelta(**ahead)
        while self.step():
            self.now += timedelta(milliseconds=1)

    def step(self) -> int:
        with transaction() as session:
            return tasks.turn_prices(session)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def price_list(code: str, amounts: dict[str, int | None], **fields: Any) -> None:
    """A list with prices in euro."""
    with transaction() as session:
        made = price_lists.create_price_list(
            session, **{"code": code, "name": code, "priority": 0, "ends_at": None} | fields
        )
        set_prices(session, made, amounts)


def change(code: str, amounts: dict[str, int | None], **fields: Any) -> None:
    """Other prices, or another time."""
    with transaction() as session:
        found = price_lists.lock_price_list(session, code)
        price_lists.change_price_list(session, found, fields)
        set_prices(session, found, amounts)


def set_prices(session: Any, found: Any, amounts: dict[str, int | None]) -> None:
    prices = [
        (sku, "EUR", None if amount is None else Money(amount, "EUR"))
        for sku, amount in amounts.items()
    ]
    price_lists.set_prices(session, found, prices)


def shown(shop: Shop, product_id: UUID) -> VariantCard:
    return shop.card(product_id).variants[0]


def charged(shop: Shop) -> list[int]:
    """What carts were told, in order."""
    return [fact.variants[0].prices[0].amount_minor for fact in shop.facts()]


@pytest.fixture
def mug_id(shop: Shop, hours: Clock) -> UUID:
    """A mug at 10.00 EUR, which was there for a while."""
    product_id = shop.add("Mug")
    hours.turn(days=60)
    return product_id


def test_a_list_in_force_replaces_the_price_and_carts_are_told(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800}, ends_at=hours.now + timedelta(days=7))
    hours.turn(seconds=1)

    seen = shown(shop, mug_id)
    assert (seen.price, seen.compare_at) == (Money(800, "EUR"), Money(1000, "EUR"))
    assert seen.lowest_30_days == Money(1000, "EUR")
    assert shop.card(mug_id).price == Money(800, "EUR")
    assert shop.names(price_lte=800) == ["Mug"]
    assert charged(shop) == [1000, 800]


def test_a_list_that_ends_gives_the_regular_price_back(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800}, ends_at=hours.now + timedelta(days=7))
    hours.turn(seconds=1)

    hours.turn(days=7)

    seen = shown(shop, mug_id)
    assert (seen.price, seen.compare_at, seen.lowest_30_days) == (Money(1000, "EUR"), None, None)
    assert charged(shop) == [1000, 800, 1000]


def test_a_list_that_starts_later_changes_nothing_before(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800}, starts_at=hours.now + timedelta(days=1))

    hours.turn(hours=23)
    before = shown(shop, mug_id).price
    hours.turn(hours=2)

    assert (before, shown(shop, mug_id).price) == (Money(1000, "EUR"), Money(800, "EUR"))


def test_the_lowest_price_is_that_of_the_30_days_before_the_reduction(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    shop.change(mug_id, variants=(variant("MUG", Money(700, "EUR")),))
    hours.turn(days=5)
    shop.change(mug_id, variants=(variant("MUG", Money(1500, "EUR")),))
    hours.turn(days=10)
    price_list("spring", {"MUG": 1200}, ends_at=hours.now + timedelta(days=50))
    hours.turn(seconds=1)

    recent = shown(shop, mug_id).lowest_30_days
    hours.turn(days=50)
    price_list("summer", {"MUG": 1300})
    hours.turn(seconds=1)

    assert recent == Money(700, "EUR")
    assert shown(shop, mug_id).lowest_30_days == Money(1200, "EUR")


def test_a_price_that_was_in_force_when_the_30_days_began_counts(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    shop.change(mug_id, variants=(variant("MUG", Money(2000, "EUR")),))
    hours.turn(days=29)
    price_list("spring", {"MUG": 1500})
    hours.turn(seconds=1)

    assert shown(shop, mug_id).lowest_30_days == Money(1000, "EUR")


def test_of_two_lists_the_higher_priority_counts_and_then_the_other(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("base", {"MUG": 500}, priority=1)
    price_list("day", {"MUG": 900}, priority=2, ends_at=hours.now + timedelta(days=1))
    hours.turn(seconds=1)

    first = shown(shop, mug_id).price
    hours.turn(days=1)

    assert (first, shown(shop, mug_id).price) == (Money(900, "EUR"), Money(500, "EUR"))


def test_prices_of_a_list_in_force_can_be_changed_and_taken_out(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800})
    hours.turn(seconds=1)
    change("spring", {"MUG": 750})
    hours.turn(seconds=1)

    changed = shown(shop, mug_id).price
    change("spring", {"MUG": None})
    hours.turn(seconds=1)

    assert (changed, shown(shop, mug_id).price) == (Money(750, "EUR"), Money(1000, "EUR"))


def test_a_change_of_the_regular_price_does_not_end_the_reduction(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800})
    hours.turn(seconds=1)

    shop.change(mug_id, variants=(variant("MUG", Money(1100, "EUR")),))

    seen = shown(shop, mug_id)
    assert (seen.price, seen.compare_at) == (Money(800, "EUR"), Money(1100, "EUR"))


def test_nothing_is_told_where_nothing_changes(shop: Shop, hours: Clock, mug_id: UUID) -> None:
    price_list("spring", {"MUG": 800})
    hours.turn(seconds=1)

    hours.turn(seconds=1)

    assert hours.step() == 0
    assert len(shop.facts()) == 2


def test_hot_deals_are_what_is_reduced_the_best_first(
    shop: Shop, hours: Clock, client: Any
) -> None:
    for name in ("Cup", "Jug", "Pot"):
        shop.add(name)
    price_list("spring", {"CUP": 900, "JUG": 500})
    hours.turn(seconds=1)

    deals = client.get("/api/v1/products/hot-deals").json["data"]

    assert [(deal["name"], deal["discount_percent"]) for deal in deals] == [
        ("Jug", 50),
        ("Cup", 10),
    ]
    assert deals[0]["variants"][0]["compare_at"]["amount"] == 1000


def test_a_list_in_force_cannot_be_deleted_until_it_has_ended(
    shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800})
    hours.turn(seconds=1)
    with transaction() as session, pytest.raises(PriceListInForce):
        price_lists.delete_price_list(session, price_lists.lock_price_list(session, "spring"))
    change("spring", {}, ends_at=hours.now)
    hours.turn(seconds=1)

    with transaction() as session:
        price_lists.delete_price_list(session, price_lists.lock_price_list(session, "spring"))

    assert shown(shop, mug_id).price == Money(1000, "EUR")


def test_a_list_cannot_end_before_it_starts_nor_name_an_unknown_sku(
    shop: Shop, hours: Clock
) -> None:
    with pytest.raises(BadPeriod):
        price_list("spring", {}, ends_at=hours.now - timedelta(days=1))
    with pytest.raises(UnknownSkus):
        price_list("spring", {"NOBODY": 1})


def test_price_lists_are_managed_over_http(client: Any, admin: dict[str, str], mug: str) -> None:
    body = {"code": "spring", "name": "Spring", "ends_at": "2999-01-01T00:00:00Z"}
    made = client.post("/api/v1/price-lists", json=body, headers=admin)
    address = made.headers["Location"]
    wanted = [{"sku": "MUG", "currency": "EUR", "amount": 1500}]

    filled = client.put(f"{address}/prices", json={"prices": wanted}, headers=admin)
    listed = client.get(f"{address}/prices", headers=admin).json["data"]
    renamed = client.patch(address, json={"name": "Lent"}, headers=admin)
    twice = client.post("/api/v1/price-lists", json=body, headers=admin)

    assert (made.status_code, filled.json["version"]) == (201, 2)
    assert [(one["sku"], one["price"]["amount"]) for one in listed] == [("MUG", 1500)]
    assert renamed.json["name"] == "Lent"
    assert twice.json["code"] == "catalog.price_list_code_taken"
    assert client.get("/api/v1/price-lists").status_code == 401


def test_the_history_of_prices_is_shown_to_administrators(
    client: Any, admin: dict[str, str], shop: Shop, hours: Clock, mug_id: UUID
) -> None:
    price_list("spring", {"MUG": 800})
    hours.turn(seconds=1)

    (newest, oldest) = client.get("/api/v1/products/mug/price-history", headers=admin).json["data"]

    assert (newest["price"]["amount"], oldest["price"]["amount"]) == (800, 1000)
    assert client.get("/api/v1/products/mug/price-history").status_code == 401
