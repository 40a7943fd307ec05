"""Make batches of coupons: a job issues some at a time, one transaction each, until all are there.

Codes, their count and what is announced of them are one transaction, so a killed worker leaves a
batch that the next one continues, never one with too many or untold codes.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import CouponState, IssueCoupons
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import enqueue
from services.promotions.commands.announcements import announce_codes
from services.promotions.commands.coupons import lock_promotion_with_coupons
from services.promotions.models import CouponBatch
from services.promotions.rules.codes import random_code

# So many codes travel in one message of about 15 kB.
COUPONS_PER_TURN = 250
# Longer than any turn takes: after it, whoever made the coupons is gone.
_LEASE = timedelta(seconds=30)

_CLAIM = Statement(
    """
    SELECT promotion_id, prefix, quantity - issued, usage_limit, customer_limit
    FROM coupon_batch WHERE id = $1::uuid AND finished_at IS NULL FOR UPDATE SKIP LOCKED
    """
)
_ISSUE = Statement(
    """
    INSERT INTO coupon (id, promotion_id, batch_id, code, usage_limit, customer_limit, active,
        used, version)
    SELECT new.id, $1::uuid, $2::uuid, new.code, $5::bigint, $6::bigint, true, 0, 1
    FROM unnest($3::uuid[], $4::text[]) AS new (id, code)
    ON CONFLICT (code) DO NOTHING
    RETURNING code
    """
)
_COUNT = Statement(
    """
    UPDATE coupon_batch SET issued = issued + $2::bigint, due_at = $3::timestamptz + $4,
        finished_at = CASE WHEN issued + $2::bigint = quantity THEN $3::timestamptz END
    WHERE id = $1::uuid
    """
)
_OVERDUE = Statement(
    """
    UPDATE coupon_batch SET due_at = $1::timestamptz + $2
    WHERE id IN (
        SELECT id FROM coupon_batch WHERE finished_at IS NULL AND due_at <= $1::timestamptz
        ORDER BY due_at LIMIT 10 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)


def create_batch(session: Session, promotion_id: UUID, values: dict[str, Any]) -> CouponBatch:
    """Have so many coupons made; AutomaticPromotion where nobody needs one."""
    lock_promotion_with_coupons(session, promotion_id)
    now = clock.now()
    batch = CouponBatch(
        **values, id=uuid7(), promotion_id=promotion_id, created_at=now, due_at=now + _LEASE
    )
    session.add(batch)
    session.flush()
    enqueue(session, IssueCoupons(batch_id=batch.id))
    return batch


def issue_coupons(session: Session, batch_id: UUID) -> int:
    """Make some of the coupons that are missing; 0 when none is, or when somebody else is at it."""
    row = _CLAIM.first(session, batch_id)
    if row is None:
        return 0
    promotion_id, prefix, missing, usage_limit, customer_limit = row
    wanted = [random_code(prefix) for _ in range(min(missing, COUPONS_PER_TURN))]
    ids = [uuid7() for _ in wanted]
    # A code that was given out before, by whatever chance, is made up for in the next turn.
    issued = _ISSUE.rows(
        session, promotion_id, batch_id, ids, sorted(wanted), usage_limit, customer_limit
    )
    _COUNT.later(session, batch_id, len(issued), clock.now(), _LEASE)
    announce_codes(session, promotion_id, [CouponState(code, 1, True) for (code,) in issued])
    return len(wanted)


def resume_batches(session: Session) -> int:
    """Call for a worker where a batch has not grown for a while; how many there were."""
    overdue = _OVERDUE.rows(session, clock.now(), _LEASE)
    for (batch_id,) in overdue:
        enqueue(session, IssueCoupons(batch_id=batch_id))
    return len(overdue)
