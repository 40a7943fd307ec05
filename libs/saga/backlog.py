"""The sagas that have not ended, looked up for Prometheus by every worker's timers."""

from collections.abc import Sequence
from typing import Any

from libs import clock
from libs.db.statement import Statement
from libs.db.transaction import reading
from libs.saga import metrics
from libs.saga.definition import Saga

# A step that waits for a buyer, or for a person already, is nobody's standstill.
_active = Statement(
    """
    SELECT saga.type, saga.status, count(*)::int,
        coalesce(extract(epoch FROM $1::timestamptz - min(asked.since)), 0)::float8
    FROM (
        SELECT type, status, state FROM saga WHERE ended_at IS NULL ORDER BY id LIMIT 10001
    ) AS saga
    LEFT JOIN LATERAL (
        SELECT min((step.value ->> 'since')::timestamptz) AS since
        FROM jsonb_each(saga.state -> 'steps') AS step
        WHERE step.value ->> 'status' IN ('sent', 'undoing')
            AND NOT coalesce((step.value ->> 'waiting')::boolean, false)
            AND NOT coalesce((step.value ->> 'stuck')::boolean, false)
    ) AS asked ON true
    GROUP BY saga.type, saga.status
    """
)


def measure_sagas(sagas: Sequence[Saga[Any]]) -> int:
    """Show the current service's sagas; there is never more to do at once."""
    with reading() as session:
        rows = _active.rows(session, clock.now())
    found = {(kind, status): count for kind, status, count, _ in rows}
    oldest: dict[str, float] = {}
    for kind, _, _, age in rows:
        oldest[kind] = max(oldest.get(kind, 0.0), age)
    for saga in sagas:
        counts = {status: found.get((saga.name, status), 0) for status in metrics.ACTIVE}
        metrics.set_active(saga.name, counts, oldest.get(saga.name, 0.0))
    return 0
