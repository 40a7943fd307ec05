"""Tables of recommendations: what was looked at together, what that counts for, what is shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata


class Base(DeclarativeBase):
    """All tables of recommendations."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text, float: Double}


class Product(Base):
    """Projected from catalog, the newest version; `prices` is the lowest by currency in minor
    units. `score` is how popular it was when that was last counted."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_score", text("score DESC"), text("id DESC"), postgresql_where="active"),
        Index(
            "ix_product_category",
            "category_id",
            text("score DESC"),
            text("id DESC"),
            postgresql_where="active",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool]
    category_id: Mapped[UUID | None]
    prices: Mapped[dict[str, Any]]
    score: Mapped[float] = mapped_column(server_default=text("0"))


class Interaction(Base):
    """Interest that is not in a basket yet; only ever added to, and taken away by `fold`."""

    __tablename__ = "interaction"
    __table_args__ = (Index(None, "user_id", postgresql_where=text("user_id IS NOT NULL")),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    basket_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    product_id: Mapped[UUID]
    weight: Mapped[int]
    at: Mapped[datetime]
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Basket(Base):
    """Products that belong together: an order, or what one visitor looked at on one day."""

    __tablename__ = "basket"
    __table_args__ = (
        Index(None, "user_id", "at", postgresql_where=text("user_id IS NOT NULL")),
        Index(None, "week"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None]
    week: Mapped[int]
    at: Mapped[datetime]


class BasketItem(Base):
    """A product of a basket by its greatest weight. All counts follow from these rows."""

    __tablename__ = "basket_item"
    __table_args__ = (CheckConstraint("weight > 0", name="weight"),)

    basket_id: Mapped[UUID] = mapped_column(
        ForeignKey("basket.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[int]
    at: Mapped[datetime]


class Popularity(Base):
    """The weights of a product in all baskets of a week."""

    __tablename__ = "popularity"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="weight"),
        Index(None, "week", postgresql_using="brin"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]


class CoOccurrence(Base):
    """The lesser weight of two products, over all baskets of a week that hold both."""

    __tablename__ = "co_occurrence"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="weight"),
        Index(None, "week", postgresql_using="brin"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]


class Publication(Base):
    """A list of the store, and when it is to be written again.

    `key` is a product, a category or a user, and zero for what is popular in the whole shop. The
    list of a user is not written but removed.
    """

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint("kind IN ('product', 'category', 'popular', 'user')", name="kind"),
        Index(None, "due_at"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


class ErasedUser(Base):
    """Somebody of whom nothing is kept, also not what is still on its way."""

    __tablename__ = "erased_user"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
