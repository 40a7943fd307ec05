"""Tables of inventory."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of inventory."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text}


class Location(Base):
    """A place that holds stock; the one with the smallest priority is used first.

    One that is not active promises and serves nothing; what is held there stays held.
    """

    __tablename__ = "location"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    priority: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Product(Base):
    """The newest version of a product that was projected from catalog."""

    __tablename__ = "product"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]


class Variant(Base):
    """Projected from catalog; one that its product dropped stays, unlisted, with its stock."""

    __tablename__ = "variant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(index=True)
    sku: Mapped[str] = mapped_column(index=True)
    listed: Mapped[bool]


class StockLevel(Base):
    """How much of a variant lies at a location. Rows are never deleted: `version` only grows."""

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("variant_id", "location_id"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("threshold >= 0", name="threshold"),
        CheckConstraint("backorder OR reserved <= on_hand", name="promised"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    threshold: Mapped[int]
    backorder: Mapped[bool]
    version: Mapped[int]

    variant: Mapped[Variant] = relationship(lazy="raise")
    location: Mapped[Location] = relationship(lazy="raise")

    @property
    def available(self) -> int:
        """What can still be promised from the shelf, backorders aside."""
        return max(self.on_hand - self.reserved, 0)


class Reservation(Base):
    """What a reference (an order, a timed hold) holds, took or gave back.

    `owed`: sold before it arrived; it leaves as soon as the shelf can serve it.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
        CheckConstraint("state IN ('held', 'committed', 'released')", name="state"),
        Index("ix_reservation_owed", "created_at", postgresql_where=text("owed")),
        Index(
            "ix_reservation_expires_at",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
    )

    reference: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str]
    owed: Mapped[bool] = mapped_column(server_default=text("false"))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Movement(Base):
    """One change of `on_hand` and why. A trigger refuses to change or delete it."""

    __tablename__ = "movement"
    __table_args__ = (
        UniqueConstraint("reference", "kind", "variant_id", "location_id"),
        CheckConstraint(
            "kind IN ('adjustment', 'recount', 'sale', 'return', 'transfer')", name="kind"
        ),
        Index(None, "variant_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    reference: Mapped[UUID]
    variant_id: Mapped[UUID]
    location_id: Mapped[UUID]
    delta: Mapped[int]
    reason: Mapped[str | None]
    actor: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    variant: Mapped[Variant] = relationship(
        primaryjoin="foreign(Movement.variant_id) == Variant.id", viewonly=True, lazy="raise"
    )
    location: Mapped[Location] = relationship(
        primaryjoin="foreign(Movement.location_id) == Location.id", viewonly=True, lazy="raise"
    )


class StockMark(Base):
    """A variant whose level changed and has not been announced since.

    Append-only on purpose: a mark becomes visible together with the change it speaks of, so an
    announcer can neither take it too early nor make a writer wait.
    """

    __tablename__ = "stock_mark"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    variant_id: Mapped[UUID]


class LedgerCursor(Base):
    """The one row that says up to which movement the ledger has been announced.

    All movements up to `horizon` are visible once transaction `settled_by` is the oldest that runs.
    """

    __tablename__ = "ledger_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    announced: Mapped[int]
    horizon: Mapped[int]
    settled_by: Mapped[int]


class AlertMark(Base):
    """A variant that was announced since alerts were last looked after; append-only."""

    __tablename__ = "alert_mark"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    variant_id: Mapped[UUID]


class LowLevel(Base):
    """A level that was told to be low, and has not been seen above its threshold since."""

    __tablename__ = "low_level"

    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)


class SoldOut(Base):
    """A variant of which there was some, and nothing was free when it was last looked at."""

    __tablename__ = "sold_out"

    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
