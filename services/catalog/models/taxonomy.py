"""Categories and brands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.catalog.models.base import Base


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
