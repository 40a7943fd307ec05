"""What is known of products besides their names: typed attributes, and what ranges look through."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.models.base import Base


class Attribute(Base):
    """A definition; products hold values by its code, so code and type stay as they are."""

    __tablename__ = "attribute"
    __table_args__ = (
        CheckConstraint("type IN ('text', 'number', 'boolean', 'choice')", name="type"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    type: Mapped[str]
    unit: Mapped[str | None]
    choices: Mapped[list[str]]
    filterable: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProductNumber(Base):
    """A product's value of a number attribute, made with its listing, for filters by range."""

    __tablename__ = "product_number"
    __table_args__ = (Index(None, "code", "value", "product_id"),)

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    value: Mapped[Decimal] = mapped_column(Numeric)
