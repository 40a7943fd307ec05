"""Prices for a time, and what every variant has cost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class PriceList(Base):
    """Prices that replace the regular ones from start to end; of several, the highest priority.

    `in_force` says what its entries were last brought to, `pending` that some have changed since.
    """

    __tablename__ = "price_list"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        Index("ix_price_list_pending", "id", postgresql_where=text("pending")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    priority: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    in_force: Mapped[bool]
    pending: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PriceListEntry(Base):
    """What the list asks for a variant (None: nothing any more), and what of it is in force."""

    __tablename__ = "price_list_entry"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "variant_id", "currency"),
    )

    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("price_list.id", ondelete="CASCADE"), primary_key=True
    )
    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    amount: Mapped[int | None]
    applied: Mapped[int | None]


class PriceHistory(Base):
    """What a variant has cost since when. Only ever added to."""

    __tablename__ = "price_history"

    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    amount: Mapped[int]
