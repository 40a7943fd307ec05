"""Refunds that somebody made at the provider itself: money that moved without our asking."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

_MOVE = """
    WITH paid AS (
        UPDATE payment SET refunded = refunded + $1::bigint, version = version + 1,
            updated_at = now()
        WHERE id = $2 AND refunded + refunding + $1::bigint <= captured RETURNING id, currency
    ), entries AS (
        INSERT INTO ledger_entry (tx_id, payment_id, account, amount, currency)
        SELECT $3::uuid, paid.id, side.account, side.sign * $1::bigint, paid.currency
        FROM paid, (VALUES ('provider', -1), ('sales', 1)) AS side (account, sign)
    )
"""
_take = Statement(
    f"""{_MOVE}
    INSERT INTO payment_event (id, payment_id, amount, provider, event_id, outcome, currency,
        source, occurred_at, raw, verdict)
    SELECT $3::uuid, $2, $1::bigint, $4, $5, $6, $7, $8, $9, $10,
        CASE WHEN EXISTS (SELECT 1 FROM paid) THEN 'applied' ELSE 'held' END
    ON CONFLICT (provider, event_id) DO NOTHING
    """  # noqa: S608 - constants
)
_apply = Statement(f"{_MOVE} SELECT id FROM paid")  # noqa: S608 - constants
_held = Statement(
    """
    SELECT amount, id FROM payment_event
    WHERE payment_id = $1 AND verdict = 'held'
    ORDER BY occurred_at
    """
)


def take(session: Session, payment_id: UUID, event: tuple[Any, ...]) -> None:
    """Count a refund that is new; one that comes before its capture is held until then."""
    event_row, provider, event_id, _, outcome, amount, currency, source, at, raw = event
    _take.later(
        session,
        *(amount, payment_id, event_row, provider, event_id, outcome, currency, source, at, raw),
    )


def apply_held(session: Session, payment_id: UUID) -> None:
    """Count what was held, as far as the capture covers it; a payment is captured only once."""
    for amount, event_id in _held.rows(session, payment_id):
        _apply.later(session, amount, payment_id, event_id)
