"""Tell the other services what the ledger says, each entry once and in the ledger's order."""

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockMoved, StockMovement
from libs.db.statement import Statement
from libs.messaging.outbox import announce

# So many movements are about 30 kB on the wire.
MOVEMENTS_PER_FACT = 200

_HAS_NEWS = Statement(
    """
    SELECT 1 FROM ledger_cursor c
    WHERE EXISTS (SELECT FROM movement m WHERE m.id > c.announced) LIMIT 1
    """
)

_CLAIM = Statement(
    """
    SELECT announced,
        CASE WHEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= settled_by
            THEN horizon ELSE announced END
    FROM ledger_cursor FOR UPDATE SKIP LOCKED
    """
)

_ENTRIES = Statement(
    """
    SELECT m.id, m.kind, m.reference, m.variant_id, l.code, m.delta, m.at
    FROM movement m JOIN location l ON l.id = m.location_id
    WHERE m.id > $1::bigint AND m.id <= $2::bigint ORDER BY m.id LIMIT $3::int
    """
)

_MOVE_ON = Statement("UPDATE ledger_cursor SET announced = $1::bigint")

_LOOK_AHEAD = Statement(
    """
    UPDATE ledger_cursor SET
        horizon = (SELECT coalesce(max(id), 0) FROM movement),
        settled_by = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    WHERE horizon <= announced
    """
)


def has_news(session: Session) -> bool:
    """Whether the ledger has entries that were not announced."""
    return _HAS_NEWS.first(session) is not None


def announce_movements(session: Session, limit: int) -> int:
    """Announce the next entries; how many there were.

    Entries become visible in another order than they are numbered in. A writer has its transaction
    number before it numbers an entry, so up to the highest entry that was seen nothing can be
    missing any more once all transactions that had begun by then are over.
    """
    claimed = _CLAIM.first(session)
    if claimed is None:
        return 0
    announced, until = claimed
    entries = [StockMovement(*row) for row in _ENTRIES.rows(session, announced, until, limit)]
    for start in range(0, len(entries), MOVEMENTS_PER_FACT):
        part = tuple(entries[start : start + MOVEMENTS_PER_FACT])
        announce(session, StockMoved(movements=part))
    _MOVE_ON.later(session, entries[-1].id if len(entries) == limit else until)
    _LOOK_AHEAD.later(session)
    return len(entries)
