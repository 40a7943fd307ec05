"""Collections of products, and what products are called in other languages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class Collection(Base):
    """Products that somebody put together, or that a rule finds; `rule` is criteria of a list."""

    __tablename__ = "collection"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    description: Mapped[str]
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CollectionProduct(Base):
    """A product's place in a collection without rule."""

    __tablename__ = "collection_product"
    __table_args__ = (
        Index(None, "collection_id", "position", "product_id"),
        Index(None, "product_id"),
    )

    collection_id: Mapped[UUID] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int]


class ProductTranslation(Base):
    """Name and description in another language than the shop's own."""

    __tablename__ = "product_translation"

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    updated_at: Mapped[datetime]
