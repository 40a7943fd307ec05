"""Tables of carts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of carts."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {
        str: Text,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        bytes: LargeBinary,
    }


class Product(Base):
    """The newest version of a product that was projected from catalog."""

    __tablename__ = "product"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]


class Variant(Base):
    """Projected from catalog; `prices` is minor units by currency.

    One that its product dropped stays, inactive, since carts may hold it.
    """

    __tablename__ = "variant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(index=True)
    sku: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    tax_category: Mapped[str]
    prices: Mapped[dict[str, Any]]
    active: Mapped[bool]
    category_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"))


class StockLevel(Base):
    """Projected from inventory: advice on what can be promised, the reservation decides."""

    __tablename__ = "stock_level"

    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    available: Mapped[int]
    version: Mapped[int]


class Promotion(Base):
    """Projected from promotions; `rule` is what pricing reads."""

    __tablename__ = "promotion"
    __table_args__ = (
        Index("ix_promotion_automatic", "id", postgresql_where=text("active AND automatic")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    active: Mapped[bool]
    automatic: Mapped[bool]
    rule: Mapped[dict[str, Any]]


class PromotionCode(Base):
    """A coupon code, in upper case, projected from promotions.

    No foreign key to `promotion`: what is told of either may arrive first.
    """

    __tablename__ = "promotion_code"

    code: Mapped[str] = mapped_column(primary_key=True)
    promotion_id: Mapped[UUID]
    version: Mapped[int]
    usable: Mapped[bool]


class PromotionBudget(Base):
    """What is left of a promotion's budget, projected from promotions: the redemption decides."""

    __tablename__ = "promotion_budget"

    promotion_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    left_minor: Mapped[int]


class CustomerGroups(Base):
    """The groups of a user, projected from accounts."""

    __tablename__ = "customer_groups"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    groups: Mapped[list[str]]
    version: Mapped[int]


class FirstOrder(Base):
    """The order that takes a user's claim to discounts for first orders.

    Until `lease_until` it is only being placed; once `paid`, nothing gives the claim back.
    """

    __tablename__ = "first_order"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(unique=True)
    lease_until: Mapped[datetime | None]
    paid: Mapped[bool]


class TaxRate(Base):
    """Tax of a category in a country; country `*` stands for all that have no rate of their own."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint("category", "country"),
        CheckConstraint("rate_basis_points BETWEEN 0 AND 10000", name="rate"),
        CheckConstraint(r"country ~ '^([A-Z]{2}|\*)$'", name="country"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    category: Mapped[str]
    country: Mapped[str]
    rate_basis_points: Mapped[int]
    inclusive: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)


class ShippingMethod(Base):
    """A way to send carts; the active one of lowest position is the default."""

    __tablename__ = "shipping_method"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool]
    rates: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)


class Cart(Base):
    """A cart of a user, or of the guest who holds the token.

    `frozen` with a lease that has lapsed counts as open; without `lease_until` the order holds it
    until it ends. `shown_total_minor` is what its owner was told last.
    """

    __tablename__ = "cart"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        CheckConstraint("num_nonnulls(user_id, token_hash) = 1", name="owner"),
        CheckConstraint("(status = 'open') = (order_id IS NULL)", name="order"),
        CheckConstraint("lease_until IS NULL OR status = 'frozen'", name="lease"),
        Index("ix_cart_user_id_id", "user_id", "id", postgresql_where=text("status <> 'closed'")),
        Index(None, "updated_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID | None]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    coupons: Mapped[list[str]]
    shipping_address: Mapped[dict[str, Any] | None]
    shipping_method: Mapped[str | None]
    shown_total_minor: Mapped[int]
    order_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CartItem(Base):
    """A variant in a cart, and the price that its owner was told last.

    No foreign key to `variant`: a projection may be emptied and told again.
    """

    __tablename__ = "cart_item"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
    variant_id: Mapped[UUID]
    quantity: Mapped[int]
    unit_price_seen: Mapped[int]


class CartFreeze(Base):
    """What an order was promised of its cart. `leased` until the order is known to exist."""

    __tablename__ = "cart_freeze"
    __table_args__ = (
        CheckConstraint("state IN ('leased', 'held', 'released', 'closed')", name="state"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"), index=True)
    request_key: Mapped[str]
    state: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
