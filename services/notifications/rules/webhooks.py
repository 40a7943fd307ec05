"""What outgoing webhooks tell of facts, who wants it, and when it is tried again: without I/O."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from libs import ids
from libs.contracts.accounts import CustomerRegistered
from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import StockChanged
from libs.contracts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ReturnRequested,
    ReturnSettled,
)
from libs.messaging.message import Fact

TEST_EVENT = "webhook.test"
# The event of each fact, and the member that names what it is about: events of one key are in
# order. Stock is told for many variants at once.
_EVENTS: dict[type[Fact], tuple[str, str]] = {
    OrderPlaced: ("order.created", "order_id"),
    OrderConfirmed: ("order.confirmed", "order_id"),
    OrderCancelled: ("order.cancelled", "order_id"),
    ReturnRequested: ("return.requested", "order_id"),
    ReturnSettled: ("return.settled", "order_id"),
    CustomerRegistered: ("customer.registered", "user_id"),
    ProductChanged: ("product.changed", "product_id"),
    StockChanged: ("stock.changed", ""),
}
EVENT_TYPES = tuple(sorted(name for name, _ in _EVENTS.values()))
PATTERNS = ("*", *sorted({f"{name.partition('.')[0]}.*" for name in EVENT_TYPES}), *EVENT_TYPES)
# Members that hold ids, and the prefix by which the API shows each.
_PREFIXES = {
    "cart_id": "crt",
    "category_id": "cat",
    "category_ids": "cat",
    "customer_id": "usr",
    "order_id": "ord",
    "product_id": "prd",
    "product_ids": "prd",
    "return_id": "ret",
    "user_id": "usr",
    "variant_id": "var",
}
# Seconds before each further try: about three days in all, then the delivery has failed.
_WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
# However many events wait for an endpoint that fails, it is tried no more often than this.
LONGEST_PAUSE_SECONDS = 300
DISABLE_AFTER_SECONDS = 5 * 24 * 3600
# Longer than any one request can take.
LEASE_SECONDS = 60
MAX_ENDPOINTS = 50


class Happening(NamedTuple):
    """What an event says, before it has a number."""

    type: str
    ordering_key: str
    customer_id: UUID | None
    data: dict[str, Any]


class Result(NamedTuple):
    """What became of one request; `gone` if the endpoint wants no more of them, for good."""

    delivered: bool
    detail: str
    status: int | None = None
    response: str | None = None
    gone: bool = False


def happening_of(fact: Fact) -> Happening:
    """The event that a fact makes, with the ids as the API shows them."""
    name, key = _EVENTS[type(fact)]
    plain = msgspec.to_builtins(fact, builtin_types=(UUID,))
    data = _shown(plain, "")
    customer_id = plain.get("customer_id", plain.get("user_id"))
    return Happening(name, str(data.get(key, name.partition(".")[0])), customer_id, data)


def patterns_of(event_type: str) -> list[str]:
    """The patterns that an endpoint may have named to get such an event."""
    return ["*", f"{event_type.partition('.')[0]}.*", event_type]


def next_wait(tries: int) -> int | None:
    """Seconds until the next try after so many in a row; None if there is none."""
    return _WAITS[tries - 1] if tries <= len(_WAITS) else None


def _shown(value: Any, name: str) -> Any:
    match value:
        case dict():
            return {key: _shown(member, key) for key, member in value.items()}
        case list() | tuple():
            return [_shown(member, name) for member in value]
        case UUID():
            prefix = _PREFIXES.get(name)
            return ids.to_text(prefix, value) if prefix else str(value)
    return value
