"""What an event must be to be kept, and what is kept of it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from libs import ids
from libs.contracts.events import BehaviorEvent
from libs.contracts.orders import OrderConfirmed, OrderLine
from libs.http.problems import FieldFault

# A visitor's clock may be ahead of ours by so much.
CLOCK_SKEW = timedelta(minutes=5)


class Dated(NamedTuple):
    """An event and the day under which it is kept: with its id what makes it one event."""

    day: date
    event: BehaviorEvent


def first_day(now: datetime, retention_days: int) -> date:
    """The oldest day of which events are kept."""
    return now.astimezone(UTC).date() - timedelta(days=retention_days)


def fault_of(loaded: Mapping[str, Any], now: datetime, oldest: date) -> FieldFault | None:
    """Why an event that is well formed is refused all the same."""
    latest, midnight = now + CLOCK_SKEW, datetime.combine(oldest, time(), UTC)
    if loaded["at"] > latest:
        return FieldFault("/at", "in_future", "The event has not happened yet.")
    if loaded["at"] < midnight:
        return FieldFault("/at", "too_old", f"Events before {oldest} are not kept.")
    order = loaded.get("order_id")
    if order and not midnight.timestamp() <= ids.made_at(order) <= latest.timestamp():
        return FieldFault("/order_id", "unknown_order", "There is no such order.")
    return None


def kept(loaded: Mapping[str, Any], user_id: UUID | None, *, consent: bool) -> Dated:
    """What is kept of a valid event; without consent nothing that tells who it was."""
    price = loaded.get("price")
    event = BehaviorEvent(
        id=loaded["id"],
        kind=loaded["type"],
        at=loaded["at"],
        user_id=user_id if consent else None,
        session_id=loaded.get("session_id") if consent else None,
        product_id=loaded.get("product_id"),
        variant_id=loaded.get("variant_id"),
        quantity=loaded.get("quantity"),
        amount_minor=price.amount if price else None,
        currency=price.currency if price else None,
        query=loaded.get("query"),
        results=loaded.get("results"),
    )
    order = loaded.get("order_id")
    if order is None or event.product_id is None:
        return Dated(event.at.date(), event)
    return _of_order(order, event.product_id, event)


def purchases(fact: OrderConfirmed) -> list[Dated]:
    """What a confirmed order bought, one event for each product; it tells nobody who bought."""
    lines: dict[UUID, list[OrderLine]] = {product: [] for product in fact.product_ids}
    for line in fact.lines:
        lines.setdefault(line.product_id, []).append(line)
    return [
        _of_order(fact.order_id, product, _purchase(fact, product, sold))
        for product, sold in lines.items()
    ]


def by_day(events: Iterable[Dated]) -> list[Dated]:
    """In the one order in which rows are written, so that two writers never wait crosswise."""
    return sorted(events, key=lambda one: (one.day, one.event.id))


def _purchase(fact: OrderConfirmed, product: UUID, sold: list[OrderLine]) -> BehaviorEvent:
    single = sold[0] if len(sold) == 1 else None
    return BehaviorEvent(
        id=fact.order_id,
        kind="purchase",
        at=fact.confirmed_at,
        source="orders",
        product_id=product,
        variant_id=single.variant_id if single else None,
        quantity=sum(line.quantity for line in sold) or None,
        amount_minor=single.unit_price_minor if single else None,
        currency=fact.currency if single else None,
    )


def _of_order(order: UUID, product: UUID, event: BehaviorEvent) -> Dated:
    """Whoever tells first of a product of an order is heard: shop window and order share this id.

    The order's own id, which leads to a person, is not kept.
    """
    named = BehaviorEvent(**{**_members(event), "id": uuid5(order, product.hex)})
    return Dated(_birthday(order), named)


def _members(event: BehaviorEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def _birthday(order: UUID) -> date:
    """The day on which the order was placed, which its id tells."""
    return datetime.fromtimestamp(ids.made_at(order), UTC).date()
