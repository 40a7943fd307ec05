"""Tell once when a level runs low, and once when a variant is back in stock.

What is low or sold out is remembered, so that is told once however often the level is looked at,
and again only after it was seen to have risen. One process at a time looks, so each looks at newer
levels than the one before it.
"""

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.inventory import BackInStock, StockLow
from libs.db.statement import Statement
from libs.messaging.outbox import announce

_ANY_MARK = Statement("SELECT 1 FROM alert_mark LIMIT 1")

_CLAIM = Statement("SELECT pg_try_advisory_xact_lock(7261021)")

_TAKE_MARKS = Statement(
    """
    DELETE FROM alert_mark WHERE id IN (SELECT id FROM alert_mark ORDER BY id LIMIT $1::int)
    RETURNING variant_id
    """
)

# What never held anything is neither low nor sold out: a new variant is no news.
_FELL = Statement(
    """
    WITH level AS (
        SELECT s.variant_id, s.location_id, v.sku, l.code, s.threshold,
            greatest(s.on_hand - s.reserved, 0) AS free
        FROM stock_level s
        JOIN variant v ON v.id = s.variant_id JOIN location l ON l.id = s.location_id
        WHERE s.variant_id = ANY ($1::uuid[]) AND v.listed AND l.active AND EXISTS (
            SELECT FROM movement m
            WHERE m.variant_id = s.variant_id AND m.location_id = s.location_id
        )
    ), risen AS (
        DELETE FROM low_level low USING level
        WHERE low.variant_id = level.variant_id AND low.location_id = level.location_id
          AND level.free > level.threshold
    ), fallen AS (
        INSERT INTO low_level (variant_id, location_id)
        SELECT variant_id, location_id FROM level WHERE free <= threshold
        ON CONFLICT DO NOTHING
        RETURNING variant_id, location_id
    )
    SELECT variant_id, sku, code, free, threshold
    FROM fallen JOIN level USING (variant_id, location_id) ORDER BY sku, code
    """
)

_RETURNED = Statement(
    """
    WITH level AS (
        SELECT s.variant_id, v.sku, sum(greatest(s.on_hand - s.reserved, 0))::bigint AS free
        FROM stock_level s
        JOIN variant v ON v.id = s.variant_id JOIN location l ON l.id = s.location_id
        WHERE s.variant_id = ANY ($1::uuid[]) AND v.listed AND l.active
        GROUP BY s.variant_id, v.sku
    ), gone AS (
        INSERT INTO sold_out (variant_id)
        SELECT variant_id FROM level
        WHERE free = 0 AND EXISTS (SELECT FROM movement m WHERE m.variant_id = level.variant_id)
        ON CONFLICT DO NOTHING
    ), back AS (
        DELETE FROM sold_out USING level
        WHERE sold_out.variant_id = level.variant_id AND level.free > 0
        RETURNING level.*
    )
    SELECT variant_id, sku, free FROM back ORDER BY sku
    """
)


def has_marks(session: Session) -> bool:
    """Whether levels were announced that nobody has looked at."""
    return _ANY_MARK.first(session) is not None


def announce_crossings(session: Session, limit: int) -> int:
    """Look at what was announced lately; how many marks were taken."""
    (claimed,) = _CLAIM.first(session) or (False,)
    if not claimed:
        return 0
    marks = _TAKE_MARKS.rows(session, limit)
    variant_ids = sorted({variant_id for (variant_id,) in marks})
    now = clock.now()
    for variant_id, sku, location, available, threshold in _FELL.rows(session, variant_ids):
        announce(
            session,
            StockLow(
                variant_id=variant_id,
                sku=sku,
                location=location,
                available=available,
                threshold=threshold,
                at=now,
            ),
        )
    for variant_id, sku, available in _RETURNED.rows(session, variant_ids):
        announce(session, BackInStock(variant_id=variant_id, sku=sku, available=available, at=now))
    return len(marks)
