"""What lists read, and the facts of others that they show."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class Stock(Base):
    """How many pieces inventory can promise: a projection of its facts, newest version wins."""

    __tablename__ = "stock"

    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    available: Mapped[int]
    version: Mapped[int]


class Rating(Base):
    """How customers rate a product: a projection of reviews' facts, newest version wins."""

    __tablename__ = "rating"

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]
    sum: Mapped[int]
    version: Mapped[int]


WHOLE_SHOP = UUID(int=0)


class Listing(Base):
    """What lists filter, sort and search by; made by `commands.listing` alone.

    One row for each product, currency and shelf: the whole shop, and every category from the
    product's own up to the root. So any list is one stretch of an index. Only the whole shop's row
    is searched.
    """

    __tablename__ = "listing"
    __table_args__ = (
        Index(None, "shelf_id", "sort_name", "product_id"),
        Index(None, "shelf_id", "amount", "product_id"),
        Index(None, "shelf_id", "created_at", "product_id"),
        Index(None, "brand_id", "shelf_id"),
        Index("ix_listing_in_stock", "shelf_id", postgresql_where=text("in_stock")),
        Index(None, "facets", postgresql_using="gin"),
        Index(
            "ix_listing_discount",
            "shelf_id",
            "discount",
            "product_id",
            postgresql_where=text("discount > 0"),
        ),
        Index(
            "ix_listing_search",
            "search",
            postgresql_using="gin",
            postgresql_where=text("search IS NOT NULL"),
        ),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    shelf_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_main: Mapped[bool]
    visible: Mapped[bool]
    in_stock: Mapped[bool]
    amount: Mapped[int]
    discount: Mapped[int]
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    category_id: Mapped[UUID | None]
    category_version: Mapped[int | None]
    brand_id: Mapped[UUID | None]
    brand_version: Mapped[int | None]
    created_at: Mapped[datetime]
    facets: Mapped[list[str]]
    search: Mapped[str | None] = mapped_column(TSVECTOR)
