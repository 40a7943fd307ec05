"""What is bought, and by whom: the two things that every rule of a price looks at."""

from datetime import datetime
from uuid import UUID

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity of one variant at its price; a cart has one line per variant.

    `category_ids` are the product's category and all above it.
    """

    variant_id: UUID
    quantity: int
    unit_price_minor: int
    tax_category: str
    product_id: UUID | None = None
    category_ids: tuple[UUID, ...] = ()

    @property
    def amount_minor(self) -> int:
        """What it costs before discounts."""
        return self.quantity * self.unit_price_minor


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop knows of a user; `ordered`: an order of theirs is paid, or on its way."""

    groups: tuple[str, ...] = ()
    ordered: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer's side of the price; without a country only rates for every country hold.

    A guest is no customer: nobody knows what a guest has bought before.
    """

    currency: str
    at: datetime
    country: str | None = None
    shipping_method: str | None = None
    coupons: tuple[str, ...] = ()
    customer: Customer | None = None
