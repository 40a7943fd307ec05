"""What products cost now: regular prices, and those of price lists while they are in force."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

# Directive 98/6/EC, article 6a: the lowest price during 30 days before the reduction.
_WINDOW = timedelta(days=30)

_reprice = Statement(
    """
    WITH wanted AS (
        SELECT p.variant_id, p.currency, p.current AS before,
            coalesce(best.applied, p.amount) AS current
        FROM variant v
        JOIN price p ON p.variant_id = v.id
        LEFT JOIN LATERAL (
            SELECT e.applied FROM price_list_entry e JOIN price_list l ON l.id = e.list_id
            WHERE e.variant_id = p.variant_id AND e.currency = p.currency
                AND e.applied IS NOT NULL
            ORDER BY l.priority DESC, e.applied LIMIT 1
        ) best ON true
        WHERE v.product_id = ANY($1::uuid[])
    ), changed AS (
        SELECT * FROM wanted WHERE before IS DISTINCT FROM current
    ), history AS (
        INSERT INTO price_history (variant_id, currency, since, amount)
        SELECT variant_id, currency, $2, current FROM changed
        ON CONFLICT (variant_id, currency, since) DO UPDATE SET amount = excluded.amount
    )
    UPDATE price p SET current = c.current, lowest = (
        SELECT min(h.amount) FROM price_history h
        WHERE h.variant_id = c.variant_id AND h.currency = c.currency AND h.since < $2
            AND h.since >= coalesce((
                SELECT max(o.since) FROM price_history o
                WHERE o.variant_id = c.variant_id AND o.currency = c.currency
                    AND o.since <= $2::timestamptz - $3::interval
            ), '-infinity')
    )
    FROM changed c
    WHERE p.variant_id = c.variant_id AND p.currency = c.currency
    """
)


def reprice(session: Session, product_ids: Sequence[UUID], now: datetime) -> None:
    """Bring what these products cost up to their prices and price lists, and remember it."""
    _reprice.later(session, list(product_ids), now, _WINDOW)
