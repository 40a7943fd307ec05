"""Products with their variants and prices, and the record of their changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.catalog.models.base import Base


class Product(Base):
    """The aggregate: its variants and prices change with it, and its version with every change."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'inactive')", name="status"),
        Index(None, "category_id"),
        Index(None, "brand_id"),
        Index(None, "attributes", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    import_key: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str]
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id"))
    tax_category: Mapped[str]
    status: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)
    attributes: Mapped[dict[str, Any]]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    variants: Mapped[list["Variant"]] = relationship(
        order_by="Variant.position, Variant.id", lazy="raise", cascade="all, delete-orphan"
    )


class Variant(Base):
    """A thing with a SKU. A removed one keeps its row, so that its SKU brings it back as it was."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("weight_g >= 0", name="weight"),
        UniqueConstraint("product_id", "options_hash", deferrable=True, initially="DEFERRED"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    position: Mapped[int]
    sku: Mapped[str] = mapped_column(unique=True)
    barcode: Mapped[str | None]
    weight_g: Mapped[int]
    options: Mapped[dict[str, Any]]
    removed: Mapped[bool]
    options_hash: Mapped[str | None] = mapped_column(
        Computed("CASE WHEN NOT removed THEN md5(options::text) END", persisted=True)
    )

    prices: Mapped[list["Price"]] = relationship(
        order_by="Price.position", lazy="raise", cascade="all, delete-orphan"
    )


class Price(Base):
    """What a variant costs in one currency; the one of position 0 is shown where none is asked.

    `amount` is the regular price, `current` what is charged now and `lowest` the least that was
    charged in the 30 days before it became so; the last two are made by `commands.pricing` alone.
    """

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    amount: Mapped[int]
    current: Mapped[int | None]
    lowest: Mapped[int | None]
    position: Mapped[int]


class Revision(Base):
    """Each version of a product as it was announced, and who made it so. Only ever added to."""

    __tablename__ = "product_revision"

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    actor: Mapped[UUID | None]
    state: Mapped[dict[str, Any]]
    at: Mapped[datetime]
