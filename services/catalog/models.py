"""The tables of catalog: products, their categories and brands, listings, imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from libs.db.base import TYPES, service_metadata


class Base(DeclarativeBase):
    """Catalog's tables."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text}


class Category(Base):
    """A node of the tree; `path` is its name and its ancestors' names, and unique.

    Listings that were made when it lay elsewhere are brought up from `indexed` to `version`.
    """

    __tablename__ = "category"
    __table_args__ = (
        Index(None, "parent_id"),
        Index("ix_category_stale", "id", postgresql_where=text("indexed < version")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"))
    slug: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    path: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    version: Mapped[int]
    indexed: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    parent: Mapped["Category | None"] = relationship(remote_side="Category.id", lazy="raise")

    @property
    def parent_slug(self) -> str | None:
        """Where it lies; None for a root. The parent must have been loaded."""
        return self.parent.slug if self.parent_id and self.parent else None


class Brand(Base):
    """Who makes it; listings that were indexed under an older name are brought up to `version`."""

    __tablename__ = "brand"
    __table_args__ = (Index("ix_brand_stale", "id", postgresql_where=text("indexed < version")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    version: Mapped[int]
    indexed: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Product(Base):
    """The aggregate: its variants and prices change with it, and its version with every change."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'inactive')", name="status"),
        Index(None, "category_id"),
        Index(None, "brand_id"),
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
    """What a variant costs in one currency; the one of position 0 is shown where none is asked."""

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    amount: Mapped[int]
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
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    category_id: Mapped[UUID | None]
    category_version: Mapped[int | None]
    brand_id: Mapped[UUID | None]
    brand_version: Mapped[int | None]
    created_at: Mapped[datetime]
    search: Mapped[str | None] = mapped_column(TSVECTOR)


class Import(Base):
    """One file of products, worked chunk by chunk; `due_at` is when a stalled one is taken up."""

    __tablename__ = "product_import"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'done')", name="state"),
        Index("ix_product_import_due", "due_at", postgresql_where=text("state <> 'done'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    format: Mapped[str]
    actor: Mapped[UUID | None]
    rows: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    failed: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    due_at: Mapped[datetime]


class ImportChunk(Base):
    """Rows not worked yet: a JSON text, parsed only by the job; gone once its rows are in."""

    __tablename__ = "import_chunk"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("product_import.id", ondelete="CASCADE"), primary_key=True
    )
    first_row: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[str]


class RowError(Base):
    """One thing wrong with one row."""

    __tablename__ = "import_error"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("product_import.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True)
    column: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
