"""Tables of wishlists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7
from libs.money import Money


class Base(DeclarativeBase):
    """All tables of wishlists."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text}


class Customer(Base):
    """How much a customer has; its row is locked by whoever changes any of their lists."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint("list_count >= 0", name="list_count"),
        CheckConstraint("item_count >= 0", name="item_count"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    list_count: Mapped[int] = mapped_column(server_default=text("0"))
    item_count: Mapped[int] = mapped_column(server_default=text("0"))


class Wishlist(Base):
    """A named list of one customer; whoever knows the share token may read it.

    `version` grows with each change of the list, its items included.
    """

    __tablename__ = "wishlist"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("item_count >= 0", name="item_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    name: Mapped[str]
    share_token: Mapped[str | None] = mapped_column(unique=True)
    item_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WishlistItem(Base):
    """A wish for a variant, or without one for a product in any of its variants."""

    __tablename__ = "wishlist_item"
    __table_args__ = (
        UniqueConstraint(
            "wishlist_id", "product_id", "variant_id", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    wishlist_id: Mapped[UUID] = mapped_column(ForeignKey("wishlist.id", ondelete="CASCADE"))
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Alert(Base):
    """Tell the customer once. `armed` until a fact makes it `due`; `sent` with its announcement.

    `price_minor` is what made a price drop due. Customer and article are those of the item.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("kind IN ('back_in_stock', 'price_drop')", name="kind"),
        CheckConstraint("state IN ('armed', 'due', 'sent')", name="state"),
        CheckConstraint("threshold_minor > 0", name="threshold"),
        CheckConstraint(
            "num_nonnulls(threshold_minor, currency)"
            " = CASE kind WHEN 'price_drop' THEN 2 ELSE 0 END",
            name="price",
        ),
        CheckConstraint("(state = 'armed') = (due_at IS NULL)", name="due"),
        Index(
            "uq_alert_item_id_kind",
            "item_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'armed'"),
        ),
        Index(None, "product_id", "kind", postgresql_where=text("state = 'armed'")),
        Index(None, "due_at", postgresql_where=text("state = 'due'")),
        Index(None, "item_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("wishlist_item.id", ondelete="CASCADE"))
    user_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    kind: Mapped[str]
    state: Mapped[str]
    threshold_minor: Mapped[int | None]
    currency: Mapped[str | None]
    price_minor: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]

    @property
    def threshold(self) -> Money | None:
        """The price to wait for."""
        if self.threshold_minor is None or self.currency is None:
            return None
        return Money(self.threshold_minor, self.currency)


class Product(Base):
    """Projected from catalog, the newest version; locked while its alerts are decided."""

    __tablename__ = "product"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool]


class Variant(Base):
    """Projected from catalog; `prices` is minor units by currency.

    One that its product dropped stays, inactive, since lists may hold it.
    """

    __tablename__ = "variant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(index=True)
    sku: Mapped[str]
    title: Mapped[str]
    prices: Mapped[dict[str, Any]]
    active: Mapped[bool]


class StockLevel(Base):
    """Projected from inventory; a row of version -1 stands for a variant never heard of there."""

    __tablename__ = "stock_level"

    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    available: Mapped[int]
    version: Mapped[int]
