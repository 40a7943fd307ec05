"""What payments forgets of orders whose buyer was erased: all but the money."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

# What a provider sent may name the payer; what it meant stands in the other columns.
_forget_evidence = Statement(
    """
    UPDATE payment_event SET raw = ''
    FROM payment WHERE payment.id = payment_event.payment_id
        AND payment.order_id = ANY($1::uuid[]) AND raw <> ''
    """
)
_forget_links = Statement(
    "UPDATE payment SET action_url = NULL WHERE order_id = ANY($1::uuid[]) AND action_url <> ''"
)
_forget_requests = Statement(
    """
    UPDATE operation SET request = NULL
    FROM payment WHERE payment.id = operation.payment_id
        AND payment.order_id = ANY($1::uuid[]) AND operation.state NOT IN ('sent', 'waiting')
    """
)


def forget_buyers(session: Session, order_ids: Sequence[UUID]) -> None:
    """Leave amounts, references and moments, and nothing that a provider said of the payer."""
    for statement in (_forget_evidence, _forget_links, _forget_requests):
        statement.later(session, list(order_ids))
