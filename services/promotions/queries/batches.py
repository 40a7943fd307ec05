"""Read batches of coupons, and their codes for whoever prints or mails them."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from libs.db.statement import Statement
from services.promotions.errors import BatchNotFound, BatchUnfinished
from services.promotions.models import CouponBatch
from services.promotions.queries.promotions import get_promotion

_CODES_PER_PART = 5000
_CODES = Statement(
    """
    SELECT code, used, usage_limit, customer_limit, active AND deleted_at IS NULL FROM coupon
    WHERE batch_id = $1::uuid AND code > $2 ORDER BY code LIMIT $3
    """
)


def list_batches(
    session: Session, promotion_id: UUID, *, cursor: str | None, limit: int
) -> Page[CouponBatch]:
    """The batches of a promotion, newest first."""
    get_promotion(session, promotion_id)
    statement = select(CouponBatch).where(CouponBatch.promotion_id == promotion_id)
    return fetch_page(session, statement, [Key(CouponBatch.id, "desc")], cursor, limit)


def get_batch(session: Session, promotion_id: UUID, batch_id: UUID) -> CouponBatch:
    """One batch of a promotion."""
    batch = session.get(CouponBatch, batch_id)
    if batch is None or batch.promotion_id != promotion_id:
        raise BatchNotFound("there is no such batch")
    return batch


def list_codes(session: Session, batch: CouponBatch) -> Iterator[Sequence[Sequence[Any]]]:
    """All coupons of a finished batch, some thousands at a time, in the order of their codes."""
    if batch.finished_at is None:
        raise BatchUnfinished(f"{batch.issued} of {batch.quantity} codes are made")
    last = ""
    while codes := _CODES.rows(session, batch.id, last, _CODES_PER_PART):
        yield codes
        last = codes[-1][0]
