"""Stored events go to the streams, in messages that hold many."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.events import (
    EVENTS_PER_MESSAGE,
    BehaviorEvent,
    CartEvents,
    Kind,
    ProductViews,
    PurchaseEvents,
    SearchEvents,
    Stream,
    UserEvents,
)
from libs.db.statement import Statement
from libs.messaging.outbox import announce

BATCHES_PER_RUN = 40
_STREAM_OF: dict[Kind, type[Stream]] = {
    "view": ProductViews,
    "click": ProductViews,
    "add_to_cart": CartEvents,
    "search": SearchEvents,
    "purchase": PurchaseEvents,
}
_decoder = msgspec.json.Decoder(list[BehaviorEvent])

_claim = Statement(
    """
    DELETE FROM pending_batch WHERE id IN (
        SELECT id FROM pending_batch ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING events
    """
)
# While the broker is away events wait where they are, compact, and not in the outbox.
_can_send = Statement(
    """
    SELECT EXISTS (SELECT FROM pending_batch)
        AND NOT EXISTS (SELECT FROM outbox OFFSET 400)
    """
)


def can_send(session: Session) -> bool:
    """Whether there is something to send, and the broker takes what was sent before."""
    found = _can_send.first(session)
    return bool(found and found[0])


def send(session: Session) -> int:
    """Announce the oldest batches on `user-events` and on the streams of their kinds."""
    rows = _claim.rows(session, BATCHES_PER_RUN)
    events = [event for (text,) in rows for event in _decoder.decode(text)]
    for fact in messages(events):
        announce(session, fact)
    return len(rows)


def messages(events: Sequence[BehaviorEvent]) -> Iterator[Stream]:
    """The events as messages of the five streams."""
    for part in _parts(events):
        yield UserEvents(events=part)
    for stream in dict.fromkeys(_STREAM_OF.values()):
        for part in _parts([event for event in events if _STREAM_OF[event.kind] is stream]):
            yield stream(events=part)


def _parts(events: Sequence[BehaviorEvent]) -> Iterator[tuple[BehaviorEvent, ...]]:
    for at in range(0, len(events), EVENTS_PER_MESSAGE):
        yield tuple(events[at : at + EVENTS_PER_MESSAGE])
