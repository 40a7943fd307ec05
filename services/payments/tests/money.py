"""What tests ask of money: the row, the ledger, the provider's journal, and time that passes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from libs.db.transaction import reading, transaction
from libs.testing.payment_simulator.events import Event
from libs.testing.servers.payment_simulator import PaymentSimulator
from services.payments.extension import providers
from services.payments.models import LedgerEntry, Operation, Payment, PaymentEvent
from services.payments.resolver import resolve_due

OLD_SECRET = "whsec_" + "b2xk" * 8
_PASS = text("UPDATE operation SET due_at = due_at - :span, missing_since = missing_since - :span")
NEW_SECRET = "whsec_" + "bmV3" * 8


@dataclass(frozen=True)
class Books:
    """Both sides' view of an order's money."""

    provider: PaymentSimulator

    def payment(self, order_id: UUID) -> Payment:
        """The order's only payment."""
        with reading() as session:
            return session.scalars(select(Payment).where(Payment.order_id == order_id)).one()

    def operations(self, order_id: UUID) -> list[tuple[str, str]]:
        """Kind and state of every request."""
        of_order = select(Operation.kind, Operation.state).join(Payment)
        with reading() as session:
            rows = session.execute(
                of_order.where(Payment.order_id == order_id).order_by(Operation.id)
            )
            return [(kind, state) for kind, state in rows]

    def events(self) -> list[PaymentEvent]:
        """The whole log."""
        with reading() as session:
            return list(session.scalars(select(PaymentEvent).order_by(PaymentEvent.received_at)))

    def balance(self, order_id: UUID) -> dict[str, int]:
        """The ledger's sum per account."""
        of_order = select(LedgerEntry).join(Payment).where(Payment.order_id == order_id)
        sums: dict[str, int] = {}
        with reading() as session:
            for entry in session.scalars(of_order):
                sums[entry.account] = sums.get(entry.account, 0) + entry.amount
        return sums

    def journal(self, order_id: UUID) -> list[Event]:
        """What the provider did for the order."""
        events = self.provider.journal()
        return [event for event in events if event.intent.reference == str(order_id)]

    def journal_types(self, order_id: UUID) -> list[str]:
        """The provider's events in short."""
        return [event.type.removeprefix("intent.") for event in self.journal(order_id)]


def pass_time(seconds: float = 3600) -> None:
    """Let that much time go by for every open request."""
    with transaction() as session:
        session.execute(_PASS, {"span": timedelta(seconds=seconds)})


def resolve() -> int:
    """One round of the resolver, an hour later."""
    pass_time()
    return resolve_due(providers())
