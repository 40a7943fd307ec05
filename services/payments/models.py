"""Tables of payments."""

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
from services.payments.rules import payment_status

_LIVE = "state IN ('pending', 'requires_action', 'authorized', 'captured')"
_OPEN = "state IN ('sent', 'waiting')"


class Base(DeclarativeBase):
    """All tables of payments."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text}


class Payment(Base):
    """An order's money at one provider. `refunding` is on its way back and not yet confirmed."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("provider", "intent_ref"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("authorized BETWEEN 0 AND amount", name="authorized"),
        CheckConstraint("captured BETWEEN 0 AND authorized", name="captured"),
        CheckConstraint(
            "refunded >= 0 AND refunding >= 0 AND refunded + refunding <= captured",
            name="refunded",
        ),
        CheckConstraint(
            "state IN ('pending', 'requires_action', 'authorized', 'captured', 'declined',"
            " 'voiding', 'voided')",
            name="state",
        ),
        Index("uq_payment_live_order", "order_id", unique=True, postgresql_where=text(_LIVE)),
        Index(None, "order_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID]
    provider: Mapped[str]
    intent_ref: Mapped[str | None]
    amount: Mapped[int]
    currency: Mapped[str]
    authorized: Mapped[int] = mapped_column(server_default=text("0"))
    captured: Mapped[int] = mapped_column(server_default=text("0"))
    refunding: Mapped[int] = mapped_column(server_default=text("0"))
    refunded: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str]
    action_url: Mapped[str | None]
    decline_code: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    events: Mapped[list["PaymentEvent"]] = relationship(
        order_by="PaymentEvent.occurred_at, PaymentEvent.id", lazy="raise", viewonly=True
    )
    ledger: Mapped[list["LedgerEntry"]] = relationship(
        order_by="LedgerEntry.id", lazy="raise", viewonly=True
    )

    @property
    def status(self) -> str:
        """The state as people see it."""
        return payment_status(self.state, self.captured, self.refunded)


class Operation(Base):
    """One request to the provider under one key, and the saga step that awaits its outcome.

    `request` holds the exact bytes, for a re-send; it is forgotten once the outcome is known.
    """

    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("provider", "provider_key"),
        CheckConstraint("kind IN ('authorize', 'capture', 'void', 'refund')", name="kind"),
        CheckConstraint(
            "state IN ('sent', 'waiting', 'done', 'refused', 'abandoned')", name="state"
        ),
        Index("ix_operation_due_at", "due_at", postgresql_where=text(_OPEN)),
        Index(
            "uq_operation_once",
            *("payment_id", "kind", "reference"),
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    provider: Mapped[str]
    provider_key: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[UUID]
    amount: Mapped[int]
    request: Mapped[str | None]
    state: Mapped[str]
    saga: Mapped[UUID]
    step: Mapped[str]
    generation: Mapped[int]
    phase: Mapped[str]
    attempt: Mapped[int]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    missing_since: Mapped[datetime | None]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]


class PaymentEvent(Base):
    """What a provider said, each event once, believed or not. A trigger keeps it as it was."""

    __tablename__ = "payment_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        CheckConstraint("source IN ('answer', 'webhook')", name="source"),
        CheckConstraint("verdict IN ('applied', 'held', 'ignored', 'quarantined')", name="verdict"),
        Index(None, "payment_id"),
        Index("ix_payment_event_held", "received_at", postgresql_where=text("verdict = 'held'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    provider: Mapped[str]
    event_id: Mapped[str]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment.id"))
    outcome: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    source: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    raw: Mapped[str]


class LedgerEntry(Base):
    """One side of a movement of money; the sides of a transaction sum to zero at its commit."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("tx_id", "account"),
        CheckConstraint("account IN ('provider', 'sales')", name="account"),
        CheckConstraint("amount <> 0", name="amount"),
        Index(None, "payment_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    tx_id: Mapped[UUID]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    account: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
