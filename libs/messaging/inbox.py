"""What was taken in: each command counts once, and its stored answer serves every repetition.

The row of a step settles every race between a command, its repetition and its undoing: whoever
commits first wins, the other adapts.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from flask import current_app
from sqlalchemy.orm import Session

from libs import clock
from libs.db.faults import violated
from libs.db.statement import Statement
from libs.errors import DomainError
from libs.ids import first_uuid7_of
from libs.messaging.message import Envelope, Outcome, Reply, SagaKey
from libs.messaging.outbox import publish_after_commit, take
from libs.messaging.tasks import Answer, Done, InDoubt, Rejected, Waiting
from libs.messaging.wire import Outgoing, pack, repack

_NONE = "[]"
_decode_outputs = msgspec.json.Decoder(list[tuple[str, str]]).decode
State = Literal["started", "done", "rejected", "undone", "cancelled"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one step of one saga (or of one fact, then without a reply).

    `outputs` are the announcements that went with its answers: pairs of routing key and envelope.
    """

    source: UUID
    step: str
    generation: int
    state: State
    body_hash: str
    reply_to: str
    saga_type: str
    reply: str | None = None
    undo_reply: str | None = None
    outputs: str = _NONE
    traceparent: str | None = None

    def messages(self, phase: str) -> list[Outgoing]:
        """The stored answer to that phase, and all that was ever announced with an answer."""
        text = self.reply if phase == "do" else self.undo_reply
        stored = [repack(text, self.reply_to)] if text else []
        return stored + self.announced()

    def announced(self) -> list[Outgoing]:
        """What was announced with its answers."""
        pairs = _decode_outputs(self.outputs) if self.outputs != _NONE else []
        return [repack(envelope, routing_key) for routing_key, envelope in pairs]


_COLUMNS = (
    "source, step, generation, state, body_hash, reply_to, saga_type, reply, undo_reply, outputs,"
    " traceparent"
)
_find = Statement(
    f"""
    SELECT {_COLUMNS} FROM inbox
    WHERE (source, step, generation) IN (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])
    )
    ORDER BY source, step, generation FOR UPDATE
    """  # noqa: S608  # constants
)
_insert = Statement(
    f"""
    INSERT INTO inbox ({_COLUMNS})
    SELECT {_COLUMNS}
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[]) AS new ({_COLUMNS})
    """  # noqa: S608  # constants
)
_claim_facts = Statement(
    """
    INSERT INTO inbox (source, step, generation, state, body_hash, reply_to, saga_type, outputs)
    SELECT id, '', 0, 'done', '', '', '', '[]' FROM unnest($1::uuid[]) AS new (id) ORDER BY id
    ON CONFLICT DO NOTHING RETURNING source
    """
)
_update = Statement(
    """
    UPDATE inbox SET state = $4, reply = coalesce($5, reply), undo_reply = coalesce($6, undo_reply),
        outputs = $7
    WHERE source = $1 AND step = $2 AND generation = $3
    """
)
# Nothing but the first answer to an untouched step: it fails where another process was quicker.
_answer = Statement(
    """
    WITH answered AS (
        UPDATE inbox SET state = $4, reply = $5, outputs = $6
        WHERE source = $1 AND step = $2 AND generation = $3
            AND state = 'started' AND reply IS NULL AND undo_reply IS NULL AND outputs = '[]'
        RETURNING source
    )
    SELECT expect(EXISTS (SELECT FROM answered), 'the step has an answer already')
    """
)
_forget = Statement(
    """
    DELETE FROM inbox WHERE (source, step, generation) IN (
        SELECT source, step, generation FROM inbox
        WHERE source < $1 AND at < $2 AND state <> 'started' LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    """
)


def body_hash(envelope: Envelope) -> str:
    """Tells a repetition from another message under the same key."""
    return hashlib.blake2b(bytes(envelope.data), digest_size=16).hexdigest()


def find(session: Session, keys: Sequence[SagaKey]) -> dict[tuple[UUID, str, int], Entry]:
    """What is known of these steps; the rows are locked."""
    rows = _find.rows(
        session,
        [key.saga for key in keys],
        [key.step for key in keys],
        [key.generation for key in keys],
    )
    return {(row[0], row[1], row[2]): _entry(row) for row in rows}


def insert(session: Session, entries: Sequence[Entry]) -> None:
    """Store new steps; `is_conflict` knows the error if another process stored one of them."""
    if not entries:
        return
    _insert.later(
        session,
        [entry.source for entry in entries],
        [entry.step for entry in entries],
        [entry.generation for entry in entries],
        [entry.state for entry in entries],
        [entry.body_hash for entry in entries],
        [entry.reply_to for entry in entries],
        [entry.saga_type for entry in entries],
        [entry.reply for entry in entries],
        [entry.undo_reply for entry in entries],
        [entry.outputs for entry in entries],
        [entry.traceparent for entry in entries],
    )


def is_conflict(fault: BaseException) -> bool:
    """Whether another process took the same message in the meantime; a second look finds it."""
    return violated(fault) == "inbox_pkey"


def update(session: Session, entry: Entry) -> None:
    """Move on a step whose row this transaction has locked."""
    _update.later(
        session,
        entry.source,
        entry.step,
        entry.generation,
        entry.state,
        entry.reply,
        entry.undo_reply,
        entry.outputs,
    )


def claim_facts(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the facts that were never taken in before; they are now."""
    return {row[0] for row in _claim_facts.rows(session, list(ids))}


def forget(days: int, session: Session, limit: int = 1000) -> int:
    """Forget what was taken in so long ago; how many steps and facts those were.

    Sagas and facts are named by UUIDs that grow with time, so the primary key finds them.
    """
    oldest = clock.now() - timedelta(days=days)
    return _forget.run(session, first_uuid7_of(oldest), oldest, limit)


def settle(session: Session, key: SagaKey, answer: Answer) -> bool:
    """Answer a step that was left open; the reply is stored and leaves after the commit.

    The first definite answer wins: False, and nothing happens, if the step is no longer open.
    """
    entry = find(session, [key]).get((key.saga, key.step, key.generation))
    expected = {"started"} if key.phase == "do" else {"started", "done"}
    if entry is None or entry.state not in expected:
        return False
    after, messages = close(session, entry, key, answer)
    update(session, after)
    publish_after_commit(session, messages)
    return True


def settle_fresh(session: Session, entry: Entry, key: SagaKey, answer: Answer) -> None:
    """As `settle`, of a step that is supposed to be as it was begun; if it is not, the transaction
    fails. That spares the look at its row."""
    after, messages = close(session, entry, key, answer)
    _answer.later(
        session,
        after.source,
        after.step,
        after.generation,
        after.state,
        after.reply,
        after.outputs,
    )
    publish_after_commit(session, messages)


def close(
    session: Session, entry: Entry, key: SagaKey, answer: Answer
) -> tuple[Entry, list[Outgoing]]:
    """The entry after this answer, and the messages that tell of it.

    What was announced with an earlier answer goes with them: the process that should have sent it
    may have died, and nobody asks for that answer any more.
    """
    reply = reply_to(answer, undo=key.phase == "undo")
    packed = pack(
        reply,
        source=current_app.name,
        key=key,
        saga_type=entry.saga_type,
        reply_to=entry.reply_to,
        traceparent=entry.traceparent,
    )
    earlier, announced = entry.announced(), take(session)
    changes: dict[str, Any] = {"state": _state(entry.state, answer, key)}
    changes["reply" if key.phase == "do" else "undo_reply"] = packed.envelope.decode()
    if announced:
        stored = [(one.routing_key, one.envelope.decode()) for one in [*earlier, *announced]]
        changes["outputs"] = msgspec.json.encode(stored).decode()
    return msgspec.structs.replace(entry, **changes), [packed, *earlier, *announced]


def reply_to(answer: Answer, *, undo: bool = False) -> Reply:
    """The message form of an answer."""
    match answer:
        case Done(output):
            outcome: Outcome = "undone" if undo else "done"
            return Reply(outcome=outcome, output=_raw(output))
        case Rejected(code, detail):
            return Reply(outcome="rejected", code=code, detail=detail)
        case Waiting(output):
            return Reply(outcome="waiting", output=_raw(output))
        case InDoubt(detail):
            return Reply(outcome="in_doubt", detail=detail)


def rejection(refusal: DomainError) -> Rejected:
    """A refusal as an answer."""
    return Rejected(refusal.code, refusal.detail)


def _raw(output: dict[str, Any] | None) -> dict[str, msgspec.Raw] | None:
    if output is None:
        return None
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in output.items()}


def _state(now: State, answer: Answer, key: SagaKey) -> State:
    if isinstance(answer, Waiting | InDoubt):
        return now
    if key.phase == "undo":
        # A tombstone stays one: it knows the body of the undo, not of the command it forbids.
        return "undone" if isinstance(answer, Done) and now != "cancelled" else now
    return "done" if isinstance(answer, Done) else "rejected"


def _entry(row: tuple[Any, ...]) -> Entry:
    names = Entry.__struct_fields__
    return Entry(**dict(zip(names, row, strict=True)))
