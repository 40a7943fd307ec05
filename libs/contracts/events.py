"""What events announces: behaviour of visitors, in batches, on the five named streams; and obeys.

An event is on `user-events` and on the stream of its kind, with the same id: a reader takes one or
the other. Each service takes a message once; a reader outside the shop may get one again and knows
its events by their ids.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from libs.contracts import privacy
from libs.messaging.message import Fact

Kind = Literal["view", "click", "add_to_cart", "search", "purchase"]

# So many events of the greatest size stay below the greatest size of a message.
EVENTS_PER_MESSAGE = 50


class BehaviorEvent(msgspec.Struct, frozen=True, array_like=True):
    """One thing that a visitor did; a list on the wire, so new fields are added at the end only.

    `user_id` and `session_id` are None without the visitor's consent; with it, `session_id` joins
    what one visitor did in one visit, signed in or not. `product_id` is there for every kind but
    `search`, where it is None and `query` is there. `source` is "orders" for a purchase that an
    order's confirmation tells of (never with `user_id` or `session_id`): a reader that listens to
    `orders.order_confirmed.v1` too passes these over. `at` is the visitor's clock, checked to be
    neither in the future nor older than what is kept. `amount_minor` is what one piece costs.
    """

    id: UUID
    kind: Kind
    at: datetime
    source: Literal["client", "orders"] = "client"
    user_id: UUID | None = None
    session_id: str | None = None
    product_id: UUID | None = None
    variant_id: UUID | None = None
    quantity: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    query: str | None = None
    results: int | None = None


class UserEvents(Fact, frozen=True, kw_only=True):
    """The stream `user-events`: all behaviour, every kind."""

    wire_name: ClassVar[str] = "events.user-events.v1"

    events: tuple[BehaviorEvent, ...]


class ProductViews(Fact, frozen=True, kw_only=True):
    """The stream `product-views`: products that were seen or clicked (`view`, `click`)."""

    wire_name: ClassVar[str] = "events.product-views.v1"

    events: tuple[BehaviorEvent, ...]


class CartEvents(Fact, frozen=True, kw_only=True):
    """The stream `cart-events`: products that were put into a cart (`add_to_cart`)."""

    wire_name: ClassVar[str] = "events.cart-events.v1"

    events: tuple[BehaviorEvent, ...]


class SearchEvents(Fact, frozen=True, kw_only=True):
    """The stream `search-events`: what was searched for, and how much was found (`search`)."""

    wire_name: ClassVar[str] = "events.search-events.v1"

    events: tuple[BehaviorEvent, ...]


class PurchaseEvents(Fact, frozen=True, kw_only=True):
    """The stream `purchase-events`: products that were bought (`purchase`), one event each."""

    wire_name: ClassVar[str] = "events.purchase-events.v1"

    events: tuple[BehaviorEvent, ...]


Stream = UserEvents | ProductViews | CartEvents | SearchEvents | PurchaseEvents

# The streams are also for readers outside the shop, so each is sent whether a service listens
# or not.
STREAMS: dict[str, type[Stream]] = {
    "user-events": UserEvents,
    "product-views": ProductViews,
    "cart-events": CartEvents,
    "search-events": SearchEvents,
    "purchase-events": PurchaseEvents,
}


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce what the customer did."""

    wire_name: ClassVar[str] = "events.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what events knows of a customer."""

    wire_name: ClassVar[str] = "events.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete the customer's events, and those of the same visits."""

    wire_name: ClassVar[str] = "events.erase_customer.v1"
