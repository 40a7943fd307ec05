"""How a return begins and ends: refunded, or refused and undone on the order's lines.

Whoever changes how many pieces of an order came back holds the order's row.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.orders import ReturnedLine, ReturnRequested, ReturnSettled
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from services.orders.rules import fulfilment_after_return, payment_status

_settle = Statement(
    """
    UPDATE "return" SET state = $2, refusal_code = $3 WHERE id = $1 AND state = 'requested'
    RETURNING order_id, amount_minor, currency
    """
)
_pay_back = Statement(
    """
    UPDATE orders SET refunded_minor = refunded_minor + $2 WHERE id = $1
    RETURNING total_minor, refunded_minor
    """
)
_give_back = Statement(
    """
    UPDATE order_line SET returned = returned - return_line.quantity
    FROM return_line WHERE return_line.return_id = $1 AND order_line.id = return_line.line_id
    """
)
# Pieces whose refund is still open may yet count as sold again.
_pieces = Statement(
    """
    SELECT (SELECT sum(quantity) FROM order_line WHERE order_id = $1), sum(return_line.quantity)
    FROM "return" JOIN return_line ON return_line.return_id = "return".id
    WHERE "return".order_id = $1 AND "return".state = 'refunded'
    """
)
_lines = Statement(
    """
    SELECT order_line.position, return_line.quantity, return_line.amount_minor
    FROM return_line JOIN order_line ON order_line.id = return_line.line_id
    WHERE return_line.return_id = $1 ORDER BY order_line.position
    """
)
_note = Statement(
    """
    WITH moved AS (
        UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1 RETURNING *
    )
    INSERT INTO order_event (order_id, seq, kind, data, at)
    SELECT id, version, $3, $4::text::jsonb, updated_at FROM moved
    """
)
_mark = Statement(
    """
    WITH moved AS (
        UPDATE orders SET payment_status = $2, fulfilment_status = $3, version = version + 1,
            updated_at = $4
        WHERE id = $1 RETURNING *
    )
    INSERT INTO order_event (order_id, seq, kind, data, at)
    SELECT id, version, 'refunded', jsonb_build_object('amount', $5::bigint), updated_at FROM moved
    """
)


def requested(session: Session, order_id: UUID, return_id: UUID, amount_minor: int) -> None:
    """The order shows pieces that come back."""
    _tell(session, order_id, "return_requested", {"amount": amount_minor})
    fact = ReturnRequested(order_id=order_id, return_id=return_id, requested_at=clock.now())
    announce(session, fact)


def refunded(session: Session, return_id: UUID) -> None:
    """The money is on its way back."""
    row = _settle.first(session, return_id, "refunded", None)
    if row is None:
        return
    order_id, amount, _ = row
    _announce(session, return_id, row, "refunded", None)
    paid = _pay_back.first(session, order_id, amount)
    pieces = _pieces.first(session, order_id)
    if paid and pieces:
        status, fulfilment = payment_status(*paid), fulfilment_after_return(*pieces)
        _mark.later(session, order_id, status, fulfilment, clock.now(), amount)


def refused(session: Session, return_id: UUID, code: str) -> None:
    """The provider would not give the money back: the pieces count as sold again."""
    row = _settle.first(session, return_id, "refused", code)
    if row is None:
        return
    order_id, amount, _ = row
    _announce(session, return_id, row, "refused", code)
    _tell(session, order_id, "return_refused", {"amount": amount, "code": code})
    _give_back.later(session, return_id)


def _announce(
    session: Session,
    return_id: UUID,
    settled: tuple[Any, ...],
    outcome: Literal["refunded", "refused"],
    code: str | None,
) -> None:
    order_id, amount, currency = settled
    lines = tuple(ReturnedLine(*line) for line in _lines.rows(session, return_id))
    announce(
        session,
        ReturnSettled(
            order_id=order_id,
            return_id=return_id,
            outcome=outcome,
            code=code,
            currency=currency,
            amount_minor=amount,
            settled_at=clock.now(),
            lines=lines,
        ),
    )


def _tell(session: Session, order_id: UUID, kind: str, data: dict[str, Any]) -> None:
    _note.later(session, order_id, clock.now(), kind, msgspec.json.encode(data).decode())
