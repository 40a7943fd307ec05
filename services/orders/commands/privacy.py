"""What orders hands over of a customer, and what it keeps of an erased one."""

from typing import Any

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.orders import OrdersPseudonymized
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from libs.privacy import Person, pseudonym
from libs.saga.store import change_plans
from services.orders.errors import OrderInProgress

# So many ids fit into one message with room to spare.
_IDS = 500
_collect = Statement(
    """
    SELECT to_jsonb(o) - 'guest_key' || jsonb_build_object(
        'lines', (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.position)
            FROM order_line AS l WHERE l.order_id = o.id),
        'events', (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.seq)
            FROM order_event AS e WHERE e.order_id = o.id),
        'returns', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id)
            FROM "return" AS r WHERE r.order_id = o.id)
    )
    FROM orders AS o WHERE o.customer_id = $1 OR lower(o.email) = ANY($2::text[]) ORDER BY o.id
    """
)
_lock = Statement(
    """
    SELECT id, status IN ('pending', 'processing') OR EXISTS (
        SELECT FROM "return" AS r WHERE r.order_id = orders.id AND r.state = 'requested'
    )
    FROM orders WHERE customer_id = $1 OR lower(email) = ANY($2::text[]) ORDER BY id FOR UPDATE
    """
)
# The country stays, since the tax of the sale hangs on it.
_pseudonymize = Statement(
    """
    UPDATE orders SET email = $2, guest_key = NULL, next_action_url = NULL, updated_at = $3,
        version = version + 1, shipping_address = jsonb_build_object(
            'name', 'erased', 'line1', 'erased', 'line2', NULL, 'city', 'erased',
            'region', NULL, 'postcode', 'erased', 'country', shipping_address -> 'country'
        )
    WHERE id = ANY($1::uuid[]) AND email <> $2
    """
)
_forget_reasons = Statement("UPDATE \"return\" SET reason = '' WHERE order_id = ANY($1::uuid[])")


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """All orders of the customer, those that a guest placed under a proven address too."""
    rows = _collect.rows(session, person.customer_id, list(person.emails))
    return {"orders": [row[0] for row in rows]}


def erase_customer(session: Session, person: Person) -> None:
    """Keep the books, and nothing in them that leads to the buyer.

    Refused while an order is to be sent or a refund under way, for both need to know whose.
    """
    rows = _lock.rows(session, person.customer_id, list(person.emails))
    if any(in_progress for _, in_progress in rows):
        raise OrderInProgress("an order has still to be sent or refunded")
    order_ids = [order_id for order_id, _ in rows]
    substitute = pseudonym(person.customer_id)
    _pseudonymize.later(session, order_ids, substitute, clock.now())
    _forget_reasons.later(session, order_ids)
    change_plans(session, order_ids, {"customer": str(person.customer_id)})
    for first in range(0, len(order_ids), _IDS):
        ids = tuple(order_ids[first : first + _IDS])
        announce(session, OrdersPseudonymized(order_ids=ids))
