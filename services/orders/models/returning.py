"""How a return ends: refunded, or refused and undone on the order's lines."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from services.orders.rules import fulfilment_after_return, payment_status

_settle = Statement(
    """
    UPDATE "return" SET state = $2, refusal_code = $3 WHERE id = $1 AND state = 'requested'
    RETURNING order_id, amount_minor
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
_pieces = Statement("SELECT quantity, returned FROM order_line WHERE order_id = $1")
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


def refunded(session: Session, return_id: UUID) -> None:
    """The money is on its way back."""
    row = _settle.first(session, return_id, "refunded", None)
    if row is None:
        return
    order_id, amount = row
    paid = _pay_back.first(session, order_id, amount)
    pieces = _pieces.rows(session, order_id)
    fulfilment = fulfilment_after_return([sold for sold, _ in pieces], [back for _, back in pieces])
    status = payment_status(*paid) if paid else "paid"
    _mark.run(session, order_id, status, fulfilment, clock.now(), amount)


def refused(session: Session, return_id: UUID, code: str) -> None:
    """The provider would not give the money back: the pieces count as sold again."""
    if _settle.first(session, return_id, "refused", code):
        _give_back.run(session, return_id)
