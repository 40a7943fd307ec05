"""What searches need besides the listing: words to guess from, and what an index has to learn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class Term(Base):
    """A word of some product's name or brand, with all that is left of it without one letter."""

    __tablename__ = "term"
    __table_args__ = (
        Index(None, "deletions", postgresql_using="gin"),
        # Only where the server has pg_trgm; without it searches forgive one slip instead of two.
        Index(
            "ix_term_similar",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )

    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    deletions: Mapped[list[str]]


class SearchChange(Base):
    """A product that searches have not learned of yet; `number` grows with every change."""

    __tablename__ = "search_change"
    __table_args__ = (Index(None, "due_at"),)

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    due_at: Mapped[datetime]
