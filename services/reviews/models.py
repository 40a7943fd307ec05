"""Tables of reviews."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7
from services.reviews.rules import average


class Base(DeclarativeBase):
    """All tables of reviews."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text}


class Purchase(Base):
    """Proof that a customer has bought a product, kept from the first order; never taken back."""

    __tablename__ = "purchase"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    bought_at: Mapped[datetime]


class Review(Base):
    """What one customer says of one product.

    `version` grows with every change of what it says or of its state; `flags` counts those who
    reported it since a moderator last decided.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("product_id", "customer_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("state IN ('pending', 'approved', 'rejected')", name="state"),
        CheckConstraint("flags >= 0", name="flags"),
        Index("ix_review_shown", "product_id", "id", postgresql_where=text("state = 'approved'")),
        Index("ix_review_pending", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_review_flagged", "id", postgresql_where=text("flags > 0")),
        Index(None, "customer_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    product_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    order_id: Mapped[UUID]
    stars: Mapped[int]
    text: Mapped[str]
    state: Mapped[str]
    flags: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Flag(Base):
    """Who reported a review: one row a person, until its author changes it."""

    __tablename__ = "flag"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)


class TrailEntry(Base):
    """One thing that happened to a review. Only ever added to; it outlives the review."""

    __tablename__ = "review_trail"
    __table_args__ = (
        CheckConstraint(
            "action IN ('written', 'edited', 'approved', 'rejected', 'flagged', 'deleted')",
            name="action",
        ),
        Index(None, "review_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    review_id: Mapped[UUID]
    version: Mapped[int]
    action: Mapped[str]
    actor: Mapped[UUID]
    reason: Mapped[str | None]
    at: Mapped[datetime]


class Rating(Base):
    """The approved reviews of a product, counted and added up; `version` grows with each change."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint('"sum" BETWEEN count AND 5 * count', name="sum"),)

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]
    sum: Mapped[int]
    version: Mapped[int]

    @property
    def average(self) -> float | None:
        """The mean of the stars; None as long as nobody has given any."""
        return average(self.count, self.sum)
