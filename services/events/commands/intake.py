"""Events are stored, once each, together with the promise to put them on the streams."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.events import EVENTS_PER_MESSAGE, BehaviorEvent
from libs.db.statement import Statement
from libs.ids import uuid7
from services.events.commands import partitions
from services.events.rules import Dated, by_day

_COLUMNS = BehaviorEvent.__struct_fields__

_store = Statement(
    """
    INSERT INTO behavior_event (day, id, kind, at, source, user_id, session_id, product_id,
        variant_id, quantity, amount_minor, currency, query, results)
    SELECT * FROM unnest($1::date[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[],
        $6::uuid[], $7::text[], $8::uuid[], $9::uuid[], $10::bigint[], $11::bigint[],
        $12::text[], $13::text[], $14::bigint[])
    ON CONFLICT (id, day) DO NOTHING
    RETURNING day, id
    """
)
_keep = Statement(
    """
    INSERT INTO pending_batch (id, user_id, events)
    SELECT id, $2, events FROM unnest($1::uuid[], $3::text[]) AS new (id, events)
    """
)


def take(session: Session, events: Sequence[Dated], user_id: UUID | None) -> int:
    """Store what is new; how many that were. `user_id` is whose events they are, if they say."""
    if not events:
        return 0
    wanted = by_day(events)
    partitions.ensure(session, {one.day for one in wanted})
    members = [[getattr(one.event, name) for one in wanted] for name in _COLUMNS]
    stored = set(_store.rows(session, [one.day for one in wanted], *members))
    fresh = []
    for one in wanted:
        key = (one.day, one.event.id)
        if key in stored:
            stored.remove(key)  # the same event twice in one batch is one event
            fresh.append(one.event)
    _promise(session, fresh, user_id)
    return len(fresh)


def _promise(session: Session, events: Sequence[BehaviorEvent], user_id: UUID | None) -> None:
    batches = [
        msgspec.json.encode(events[at : at + EVENTS_PER_MESSAGE]).decode()
        for at in range(0, len(events), EVENTS_PER_MESSAGE)
    ]
    if batches:
        _keep.later(session, [uuid7() for _ in batches], user_id, batches)
