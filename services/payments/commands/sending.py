"""The durable row of a request to a provider, written before anything is sent."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.message import SagaKey
from services.payments.errors import AlreadyRefunded, RefundExceedsCapture
from services.payments.providers.registry import Providers
from services.payments.rules import Instruction, Kind, provider_key


@dataclass(frozen=True)
class Held:
    """A payment whose row this transaction has locked."""

    id: UUID
    order_id: UUID
    provider: str
    intent_ref: str
    amount: int
    currency: str
    captured: int
    refunded: int
    refunding: int
    state: str

    @property
    def refundable(self) -> int:
        """What was taken and is not given back or on its way back."""
        return self.captured - self.refunded - self.refunding


_COLUMNS = """id, order_id, provider, coalesce(intent_ref, ''), amount, currency, captured,
    refunded, refunding, state"""
_lock_of_order = Statement(
    f"""
    SELECT {_COLUMNS} FROM payment
    WHERE order_id = $1 AND state NOT IN ('declined', 'voided')
    ORDER BY id DESC LIMIT 1 FOR UPDATE
    """  # noqa: S608 - constants
)
_lock = Statement(
    f"SELECT {_COLUMNS} FROM payment WHERE id = $1 FOR UPDATE"  # noqa: S608 - constants
)
# A request that is still open is sent again for whoever asks last, under its first key.
_send = Statement(
    """
    INSERT INTO operation (id, payment_id, provider, provider_key, kind, reference, amount, request,
        state, saga, step, generation, phase, attempt, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'sent', $9, $10, $11, $12, $13,
        now() + $14 * interval '1 second')
    ON CONFLICT (payment_id, kind, reference) WHERE state <> 'refused' DO UPDATE
    SET saga = excluded.saga, step = excluded.step, generation = excluded.generation,
        phase = excluded.phase, attempt = excluded.attempt, due_at = excluded.due_at
    WHERE operation.state IN ('sent', 'waiting')
    RETURNING id, provider_key, amount, request
    """
)
_find_refund = Statement(
    """
    SELECT saga, amount FROM operation
    WHERE payment_id = $1 AND kind = 'refund' AND reference = $2 AND state <> 'refused'
    """
)
_hold_refund = Statement(
    """
    UPDATE payment SET refunding = refunding + $2, version = version + 1, updated_at = now()
    WHERE id = $1 AND refunded + refunding + $2 <= captured
    """
)


def lock_of_order(session: Session, order_id: UUID) -> Held | None:
    """The order's payment that holds or may come to hold money; its row is locked."""
    row = _lock_of_order.first(session, order_id)
    return Held(*row) if row else None


def lock(session: Session, payment_id: UUID) -> Held:
    """The payment; its row is locked."""
    row = _lock.first(session, payment_id)
    if row is None:
        raise LookupError(f"there is no payment {payment_id}")
    return Held(*row)


def send(
    session: Session,
    providers: Providers,
    payment: Held,
    kind: Kind,
    key: SagaKey,
    *,
    amount: int,
    reference: UUID,
    voided_key: str = "",
) -> Instruction | None:
    """Note the request; None if an equal one is done already."""
    request = providers.get(payment.provider).compose(
        kind, order_id=payment.order_id, amount=amount, currency=payment.currency
    )
    row = _send.first(
        session,
        *(uuid7(), payment.id, payment.provider, provider_key(key, kind), kind, reference),
        *(amount, request, *saga_columns(key)),
        providers.settings.lease_seconds,
    )
    if row is None:
        return None
    operation_id, sent_key, sent_amount, sent_request = row
    return Instruction(
        id=operation_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        provider=payment.provider,
        kind=kind,
        key=sent_key,
        amount=sent_amount,
        currency=payment.currency,
        request=sent_request,
        saga=key,
        intent_ref=payment.intent_ref,
        voided_key=voided_key,
    )


def refund_of(session: Session, payment_id: UUID, reference: UUID) -> tuple[UUID, int] | None:
    """The saga and the amount of the refund with that reference, if there is one."""
    row = _find_refund.first(session, payment_id, reference)
    return (row[0], row[1]) if row else None


def send_refund(
    session: Session,
    providers: Providers,
    payment: Held,
    key: SagaKey,
    *,
    amount: int,
    reference: UUID,
) -> Instruction | None:
    """Set the amount aside and note its refund; each reference is refunded once."""
    earlier = refund_of(session, payment.id, reference)
    if earlier and earlier != (key.saga, amount):
        raise AlreadyRefunded("this return was refunded already")
    if not earlier and not _hold_refund.run(session, payment.id, amount):
        raise RefundExceedsCapture(
            "more would be given back than was taken", refundable=payment.refundable
        )
    return send(session, providers, payment, "refund", key, amount=amount, reference=reference)


def saga_columns(key: SagaKey) -> tuple[Any, ...]:
    """Where the outcome is to be told, as the columns of `operation`."""
    return key.saga, key.step, key.generation, key.phase, key.attempt
