"""Use coupons for an order and give them back: three statements at most, guarded counters."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import Redemption, coupon_code
from libs.db.statement import Statement
from services.promotions.rules.redeeming import Terms, Wish, require_known, require_left

# Coupons are locked in the order of their codes, then budgets in the order of their promotions.
# Whoever has a coupon's row has all that is counted per coupon, its customers included.
_LOCK = Statement(
    """
    SELECT c.id, c.code, c.usage_limit - c.used, c.customer_limit,
        c.active AND p.active AND p.deleted_at IS NULL, p.starts_at, p.ends_at,
        p.id, p.budget_minor IS NOT NULL
    FROM coupon c JOIN promotion p ON p.id = c.promotion_id
    WHERE c.code = ANY ($1::text[]) AND c.deleted_at IS NULL
    ORDER BY c.code FOR NO KEY UPDATE OF c
    """
)
_COUNTS = Statement(
    """
    WITH budget AS MATERIALIZED (
        SELECT id, budget_minor - spent_minor AS remaining FROM promotion
        WHERE id = ANY ($3::uuid[]) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT 'customer', coupon_id, used FROM coupon_customer
    WHERE coupon_id = ANY ($1::uuid[]) AND customer = $2
    UNION ALL
    SELECT 'held', coupon_id, 1 FROM redemption
    WHERE order_id = $4::uuid AND state = 'held'
    UNION ALL
    SELECT 'budget', id, remaining FROM budget
    """
)
_HOLD = Statement(
    """
    WITH held AS (
        INSERT INTO redemption AS r
            (order_id, coupon_id, promotion_id, customer, discount_minor, state)
        SELECT $1::uuid, w.coupon_id, w.promotion_id, $2, w.discount_minor, 'held'
        FROM unnest($3::uuid[], $4::uuid[], $5::bigint[])
            AS w (coupon_id, promotion_id, discount_minor)
        ON CONFLICT (order_id, coupon_id) DO UPDATE
            SET customer = excluded.customer, discount_minor = excluded.discount_minor,
                state = 'held'
            WHERE r.state = 'released'
        RETURNING r.coupon_id, r.promotion_id, r.discount_minor
    ), used AS (
        UPDATE coupon c SET used = c.used + 1 FROM held
        WHERE c.id = held.coupon_id AND (c.usage_limit IS NULL OR c.used < c.usage_limit)
        RETURNING c.customer_limit, c.id
    ), customers AS (
        INSERT INTO coupon_customer AS n (coupon_id, customer, used)
        SELECT used.id, $2, 1 FROM used
        ON CONFLICT (coupon_id, customer) DO UPDATE SET used = n.used + 1
            WHERE n.used < (
                SELECT coalesce(c.customer_limit, n.used + 1) FROM coupon c WHERE c.id = n.coupon_id
            )
        RETURNING coupon_id
    ), spent AS (
        UPDATE promotion p SET spent_minor = p.spent_minor + s.discount_minor
        FROM (
            SELECT promotion_id, sum(discount_minor)::bigint AS discount_minor
            FROM held GROUP BY promotion_id
        ) AS s
        WHERE p.id = s.promotion_id AND p.budget_minor IS NOT NULL
    )
    SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM customers)
    """
)
_RELEASE = Statement(
    """
    WITH locked AS MATERIALIZED (
        SELECT c.id FROM redemption r JOIN coupon c ON c.id = r.coupon_id
        WHERE r.order_id = $1::uuid AND r.state = 'held'
        ORDER BY c.code FOR NO KEY UPDATE OF c
    ), released AS (
        UPDATE redemption r SET state = 'released' FROM locked
        WHERE r.order_id = $1::uuid AND r.coupon_id = locked.id AND r.state = 'held'
        RETURNING r.coupon_id, r.promotion_id, r.customer, r.discount_minor
    ), unused AS (
        UPDATE coupon c SET used = c.used - 1 FROM released WHERE c.id = released.coupon_id
    ), customers AS (
        UPDATE coupon_customer n SET used = n.used - 1 FROM released
        WHERE n.coupon_id = released.coupon_id AND n.customer = released.customer
    )
    UPDATE promotion p SET spent_minor = p.spent_minor - s.discount_minor
    FROM (
        SELECT promotion_id, sum(discount_minor)::bigint AS discount_minor
        FROM released GROUP BY promotion_id
    ) AS s
    WHERE p.id = s.promotion_id AND p.budget_minor IS NOT NULL
    """
)


class CountersMoved(RuntimeError):
    """Locked coupons did not take what was computed for them: a bug, so nothing is kept."""


def redeem_promotions(
    session: Session, order_id: UUID, customer: str, redemptions: Iterable[Redemption]
) -> None:
    """Use every coupon once for the order, or none; what the order holds already is not counted
    again.

    Refused before anything is written: CouponUnknown, CouponExpired, CouponUsedUp.
    """
    discounts = {coupon_code(each.code): each.discount_minor for each in redemptions}
    if not discounts:
        return
    codes = sorted(discounts)
    found = {row[1]: Terms(*row) for row in _LOCK.rows(session, codes)}
    require_known(codes, found, clock.now())
    wishes = [Wish(found[code], discounts[code]) for code in codes]
    person = _person(customer)
    new = _require_left(session, order_id, person, wishes)
    row = _HOLD.first(
        session,
        order_id,
        person,
        [wish.terms.coupon_id for wish in new],
        [wish.terms.promotion_id for wish in new],
        [wish.discount_minor for wish in new],
    )
    if row != (len(new), len(new)):
        raise CountersMoved(f"order {order_id} needed {len(new)} coupons and got {row}")


def release_promotions(session: Session, order_id: UUID) -> None:
    """Give back the coupons that the order holds; nothing if it holds none."""
    _RELEASE.later(session, order_id)


def _person(customer: str) -> str:
    """The same person in any case; counting needs no readable mail address."""
    return hashlib.sha256(customer.strip().lower().encode()).hexdigest()


def _require_left(
    session: Session, order_id: UUID, customer: str, wishes: list[Wish]
) -> list[Wish]:
    """Those of the wishes that the order does not hold yet, all within their limits."""
    counts: dict[str, dict[UUID, int]] = {"customer": {}, "held": {}, "budget": {}}
    coupons = [wish.terms.coupon_id for wish in wishes]
    budgeted = sorted({wish.terms.promotion_id for wish in wishes if wish.terms.budgeted})
    for kind, key, count in _COUNTS.rows(session, coupons, customer, budgeted, order_id):
        counts[kind][key] = count
    new = [wish for wish in wishes if wish.terms.coupon_id not in counts["held"]]
    require_left(new, counts["customer"], counts["budget"])
    return new
