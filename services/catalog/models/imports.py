"""Files of products, and what was wrong with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


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
