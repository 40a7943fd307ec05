"""Pictures of products."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class ProductImage(Base):
    """waiting for its upload, processing, ready or refused, at last deleting.

    `due_at` is when whoever works on it is given up: a waiting one is then forgotten. `sizes` are
    [width, height] of each file that was made, the largest first.
    """

    __tablename__ = "product_image"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'processing', 'ready', 'refused', 'deleting')", name="state"
        ),
        Index(None, "product_id", "position"),
        Index(
            "ix_product_image_due",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'processing', 'deleting')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    position: Mapped[int]
    state: Mapped[str]
    alt: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sizes: Mapped[list[Any]] = mapped_column(JSONB)
    problem: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    due_at: Mapped[datetime]
