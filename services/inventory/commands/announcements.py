"""Tell the other services how much can be promised, at most a few times a second per variant."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockChanged, StockLevel
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from services.inventory.rules import BACKORDER_PROMISE

# So many levels are about 18 kB on the wire.
LEVELS_PER_FACT = 200

_MARK = Statement("INSERT INTO stock_mark (variant_id) SELECT unnest($1::uuid[])")

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
# grows, so of two snapshots the later one has the larger sum, or the very same levels.
_LEVELS = Statement(
    """
    SELECT variant_id,
        CASE WHEN bool_or(backorder) THEN $2::bigint
            ELSE sum(greatest(on_hand - reserved, 0))::bigint END,
        sum(version)::bigint
    FROM stock_level WHERE variant_id = ANY ($1::uuid[])
    GROUP BY variant_id ORDER BY variant_id
    """
)


def has_marks(session: Session) -> bool:
    """Whether anything waits to be announced."""
    return _ANY_MARK.first(session) is not None


def mark(session: Session, variant_ids: Iterable[UUID]) -> None:
    """Have the variants announced soon after the commit."""
    _MARK.later(session, list(variant_ids))


def announce_levels(session: Session, limit: int) -> int:
    """Announce the marked variants as they now stand; how many marks were taken.

    The levels are read after the marks were taken and in a newer snapshot, so what a mark speaks
    of is always seen. Nobody waits for anybody.
    """
    marks = _TAKE_MARKS.rows(session, limit)
    variant_ids = sorted({variant_id for (variant_id,) in marks})
    levels = [
        StockLevel(variant_id=variant_id, available=available, version=version)
        for variant_id, available, version in _LEVELS.rows(session, variant_ids, BACKORDER_PROMISE)
    ]
    for start in range(0, len(levels), LEVELS_PER_FACT):
        announce(session, StockChanged(levels=tuple(levels[start : start + LEVELS_PER_FACT])))
    return len(marks)
