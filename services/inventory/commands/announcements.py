"""Tell the other services how much can be promised, at most a few times a second per variant."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockChanged, StockLevel
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from libs.service import service_settings
from services.inventory.rules.allocation import BACKORDER_PROMISE
from services.inventory.settings import InventorySettings

# So many levels are about 18 kB on the wire.
LEVELS_PER_FACT = 200

_MARK = Statement("INSERT INTO stock_mark (variant_id) SELECT unnest($1::uuid[])")

_MARK_FOR_ALERTS = Statement("INSERT INTO alert_mark (variant_id) SELECT unnest($1::uuid[])")

_MARK_LOCATION = Statement(
    "INSERT INTO stock_mark (variant_id) SELECT variant_id FROM stock_level WHERE location_id = $1"
)

_ANY_MARK = Statement("SELECT 1 FROM stock_mark LIMIT 1")

_TAKE_MARKS = Statement(
    """
    DELETE FROM stock_mark WHERE id IN (
        SELECT id FROM stock_mark ORDER BY id LIMIT $1::int FOR UPDATE SKIP LOCKED
    )
    RETURNING variant_id
    """
)

# The sum of the versions orders two announcers: levels are never deleted and each version only
# grows, that of a location too, so of two snapshots the later one has the larger sum, or the very
# same levels. Where lines are not split, the fullest shelf is what can be promised.
_LEVELS = Statement(
    """
    SELECT s.variant_id,
        CASE WHEN bool_or(s.backorder AND l.active) THEN $2::bigint
            WHEN $3::boolean THEN
                coalesce(sum(greatest(on_hand - reserved, 0)) FILTER (WHERE l.active), 0)::bigint
            ELSE coalesce(max(greatest(on_hand - reserved, 0)) FILTER (WHERE l.active), 0) END,
        sum(s.version + l.version)::bigint
    FROM stock_level s JOIN location l ON l.id = s.location_id
    WHERE s.variant_id = ANY ($1::uuid[])
    GROUP BY s.variant_id ORDER BY s.variant_id
    """
)


def has_marks(session: Session) -> bool:
    """Whether anything waits to be announced."""
    return _ANY_MARK.first(session) is not None


def mark(session: Session, variant_ids: Iterable[UUID]) -> None:
    """Have the variants announced soon after the commit."""
    _MARK.later(session, list(variant_ids))


def mark_location(session: Session, location_id: UUID) -> None:
    """Have everything that lies there announced soon after the commit."""
    _MARK_LOCATION.later(session, location_id)


def announce_levels(session: Session, limit: int) -> int:
    """Announce the marked variants as they now stand; how many marks were taken.

    The levels are read after the marks were taken and in a newer snapshot, so what a mark speaks
    of is always seen. Nobody waits for anybody.
    """
    marks = _TAKE_MARKS.rows(session, limit)
    variant_ids = sorted({variant_id for (variant_id,) in marks})
    split = service_settings(InventorySettings).policy.split
    rows = _LEVELS.rows(session, variant_ids, BACKORDER_PROMISE, split)
    levels = [
        StockLevel(variant_id=variant_id, available=available, version=version)
        for variant_id, available, version in rows
    ]
    for start in range(0, len(levels), LEVELS_PER_FACT):
        announce(session, StockChanged(levels=tuple(levels[start : start + LEVELS_PER_FACT])))
    _MARK_FOR_ALERTS.later(session, variant_ids)
    return len(marks)
