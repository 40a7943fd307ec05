"""How stock moved, how sagas ended, and which coupons were used."""

from uuid import UUID

import msgspec

from services.reports.queries.report import Report


class StockReport(msgspec.Struct, frozen=True):
    """The ledger of a variant at a location; what came in is positive, `sold` is what left.

    `times_low` is how often the level ran low, `times_back` how often the variant came back.
    """

    sku: str
    location: str
    variant_id: UUID
    opening: int
    adjusted: int
    sold: int
    returned: int
    transferred: int
    closing: int
    times_low: int
    times_back: int


class SagaReport(msgspec.Struct, frozen=True):
    """How many sagas that began in the range are where; times of those that ended."""

    type: str
    outcome: str
    code: str
    sagas: int
    mean_seconds: float | None
    longest_seconds: float | None


class CouponReport(msgspec.Struct, frozen=True):
    """What orders saved by a coupon, and what they came to."""

    code: str
    promotion_id: UUID
    currency: str
    uses: int
    discount_minor: int
    orders_total_minor: int


INVENTORY = Report(
    "inventory",
    StockReport,
    """
    WITH ledger AS (
        SELECT variant_id, location,
            coalesce(sum(delta) FILTER (WHERE at < :start), 0)::bigint AS opening,
            coalesce(sum(delta) FILTER (WHERE at >= :start AND kind IN
                ('adjustment', 'recount')), 0)::bigint AS adjusted,
            coalesce(-sum(delta) FILTER (WHERE at >= :start AND kind = 'sale'), 0)::bigint AS sold,
            coalesce(sum(delta) FILTER (WHERE at >= :start AND kind = 'return'), 0)::bigint
                AS returned,
            coalesce(sum(delta) FILTER (WHERE at >= :start AND kind = 'transfer'), 0)::bigint
                AS transferred,
            sum(delta)::bigint AS closing
        FROM stock_movement
        WHERE generation = (SELECT current FROM projection) AND at < :end
        GROUP BY variant_id, location
    ), alert AS (
        SELECT variant_id, location, count(*) AS times FROM stock_alert
        WHERE generation = (SELECT current FROM projection) AND at >= :start AND at < :end
        GROUP BY variant_id, location
    )
    SELECT coalesce(v.sku, '') AS sku, ledger.location, ledger.variant_id, opening, adjusted, sold,
        returned, transferred, closing, coalesce(low.times, 0) AS times_low,
        coalesce(back.times, 0) AS times_back
    FROM ledger
    LEFT JOIN alert low
        ON low.variant_id = ledger.variant_id AND low.location = ledger.location
    LEFT JOIN alert back ON back.variant_id = ledger.variant_id AND back.location = ''
    LEFT JOIN variant v
        ON v.generation = (SELECT current FROM projection) AND v.id = ledger.variant_id
    """,
    ("sku", "variant_id", "location"),
)

SAGAS = Report(
    "sagas",
    SagaReport,
    """
    SELECT type, coalesce(outcome, 'running') AS outcome, coalesce(code, '') AS code,
        count(*) AS sagas,
        avg(extract(epoch FROM ended_at - started_at))::double precision AS mean_seconds,
        max(extract(epoch FROM ended_at - started_at))::double precision AS longest_seconds
    FROM saga_outcome
    WHERE generation = (SELECT current FROM projection)
      AND coalesce(started_at, ended_at) >= :start AND coalesce(started_at, ended_at) < :end
    GROUP BY type, coalesce(outcome, 'running'), coalesce(code, '')
    """,
    ("type", "outcome", "code"),
)

COUPONS = Report(
    "coupons",
    CouponReport,
    """
    SELECT c.code, c.promotion_id, s.currency, count(*) AS uses,
        sum(c.discount_minor)::bigint AS discount_minor,
        sum(s.total_minor)::bigint AS orders_total_minor
    FROM sale s JOIN coupon_use c USING (generation, order_id)
    WHERE s.generation = (SELECT current FROM projection)
      AND s.confirmed_at >= :start AND s.confirmed_at < :end
      AND (CAST(:currency AS text) IS NULL OR s.currency = :currency)
    GROUP BY c.code, c.promotion_id, s.currency
    """,
    ("currency", "code", "promotion_id"),
)
