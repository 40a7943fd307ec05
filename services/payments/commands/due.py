"""Requests whose outcome is still open: found by their key, or claimed when they are due."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.messaging.message import SagaKey
from services.payments.rules import Instruction

_COLUMNS = """operation.id, payment.id, payment.order_id, payment.provider, operation.kind,
    operation.provider_key, operation.amount, payment.currency, coalesce(operation.request, ''),
    coalesce(payment.intent_ref, ''), operation.saga, operation.step, operation.generation,
    operation.phase, operation.attempt"""
_by_key = Statement(
    f"""
    SELECT {_COLUMNS} FROM operation JOIN payment ON payment.id = operation.payment_id
    WHERE operation.provider = $1 AND operation.provider_key = $2
    """  # noqa: S608 - constants
)
_is_any_due = Statement(
    "SELECT 1 FROM operation WHERE state IN ('sent', 'waiting') AND due_at <= now() LIMIT 1"
)
# An authorisation that is to be voided is looked after by its void.
_claim = Statement(
    f"""
    WITH due AS (
        SELECT operation.id FROM operation JOIN payment ON payment.id = operation.payment_id
        WHERE operation.state IN ('sent', 'waiting') AND operation.due_at <= now()
            AND NOT (operation.kind = 'authorize' AND payment.state IN ('voiding', 'voided'))
        ORDER BY operation.due_at LIMIT $1 FOR UPDATE OF operation SKIP LOCKED
    )
    UPDATE operation SET due_at = now() + $2 * interval '1 second', tries = operation.tries + 1
    FROM due, payment WHERE operation.id = due.id AND payment.id = operation.payment_id
    RETURNING {_COLUMNS}, operation.tries, operation.state = 'waiting',
        coalesce((
            SELECT provider_key FROM operation AS other
            WHERE other.payment_id = payment.id AND other.kind = 'authorize'
        ), '')
    """  # noqa: S608 - constants
)


@dataclass(frozen=True)
class Due:
    """A claimed request: nobody else asks about it until the lease ends."""

    instruction: Instruction
    tries: int
    waits_for_buyer: bool


def instruction_of(session: Session, provider: str, key: str) -> Instruction | None:
    """The request that was sent under that key."""
    row = _by_key.first(session, provider, key)
    return _instruction(row) if row else None


def is_any_due(session: Session) -> bool:
    """Whether it is time to ask about any request."""
    return _is_any_due.first(session) is not None


def claim_due(session: Session, limit: int, lease: float) -> list[Due]:
    """Requests that nobody works on and that are due for another look."""
    rows = _claim.rows(session, limit, lease)
    return [Due(_instruction(row[:-3], row[-1]), row[-3], row[-2]) for row in rows]


def _instruction(row: tuple[Any, ...], voided_key: str = "") -> Instruction:
    operation_id, payment_id, order_id, provider, kind, key, amount, currency, request = row[:9]
    return Instruction(
        id=operation_id,
        payment_id=payment_id,
        order_id=order_id,
        provider=provider,
        kind=kind,
        key=key,
        amount=amount,
        currency=currency,
        request=request,
        intent_ref=row[9],
        saga=SagaKey(*row[10:15]),
        voided_key=voided_key,
    )
