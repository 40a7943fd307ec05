"""The proof that somebody has bought something."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

_keep = Statement(
    """
    INSERT INTO purchase (customer_id, product_id, order_id, bought_at)
    SELECT $1::uuid, product_id, $3::uuid, $4::timestamptz FROM unnest($2::uuid[]) AS product_id
    ON CONFLICT DO NOTHING
    """
)


def keep_purchases(
    session: Session, customer_id: UUID, product_ids: set[UUID], order_id: UUID, at: datetime
) -> None:
    """The first order of a product counts; no return or refund takes the proof away."""
    _keep.later(session, customer_id, sorted(product_ids), order_id, at)
