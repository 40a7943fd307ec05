"""A visitor's program, which reports what the visitor does, and what the streams then hold."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from flask.testing import FlaskClient
from sqlalchemy import text

from libs import clock
from libs.contracts.events import STREAMS, BehaviorEvent
from libs.db.transaction import reading, transaction
from libs.http.fields import rfc3339
from libs.ids import to_text, uuid7
from libs.testing.tokens import Issuer
from services.events.commands import sending

PRODUCT = to_text("prd", uuid7())


class Visitor:
    """Speaks HTTP, and is signed in if an issuer of tokens is given."""

    def __init__(self, client: FlaskClient, issuer: Issuer | None = None) -> None:
        self.user_id = uuid7()
        self._client = client
        self._headers = issuer.user(self.user_id) if issuer else {}

    def reports(self, *events: Any, consent: bool = True) -> Any:
        """The response to one batch."""
        body = {"consent": consent, "events": list(events)}
        return self._client.post("/api/v1/events", json=body, headers=self._headers)


def view(**members: Any) -> dict[str, Any]:
    """A product was looked at just now, in a visit of its own."""
    usual = {
        "id": str(uuid4()),
        "type": "view",
        "at": rfc3339(clock.now()),
        "session_id": uuid4().hex,
        "product_id": PRODUCT,
    }
    return usual | members


def search(**members: Any) -> dict[str, Any]:
    """Something was searched for just now."""
    usual = {"id": str(uuid4()), "type": "search", "at": rfc3339(clock.now()), "query": "red mug"}
    return usual | members


def stored(columns: str = "id") -> list[tuple[Any, ...]]:
    """What the database keeps, oldest first."""
    with reading() as session:
        rows = session.execute(text(f"SELECT {columns} FROM behavior_event ORDER BY at, id"))  # noqa: S608  the test's own words
        return [tuple(row) for row in rows]


def partitions() -> list[str]:
    """The days that have a partition."""
    with reading() as session:
        names = session.scalars(
            text(
                "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
                " WHERE inhparent = 'behavior_event'::regclass ORDER BY relname"
            )
        )
        return [name.rpartition("_")[2] for name in names]


def send() -> int:
    """Run the periodic task once."""
    with transaction() as session:
        return sending.send(session) if sending.can_send(session) else 0


def streamed(name: str) -> list[BehaviorEvent]:
    """The events that were announced on a stream and no broker has yet."""
    kind = STREAMS[name]
    with reading() as session:
        envelopes = session.scalars(
            text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id"),
            {"type": kind.wire_name},
        ).all()
    facts = [msgspec.convert(msgspec.json.decode(one)["data"], kind) for one in envelopes]
    return [event for fact in facts for event in fact.events]


def ids_of(events: list[BehaviorEvent]) -> set[UUID]:
    """Which events these are."""
    return {event.id for event in events}
