"""Hear a fact: it is logged for ever, and projected in the same transaction."""

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.messaging.message import Envelope, Fact
from services.reports.commands.projections import APPLY

# Whoever applies facts has the lock shared; whoever says which generations there are, alone.
LOCK = 7_261_011

_APPEND = Statement(
    """
    INSERT INTO event (id, type, at, data) VALUES ($1, $2, $3, $4::text::jsonb)
    ON CONFLICT (id) DO NOTHING
    """
)
_HOLD_GENERATIONS = Statement(f"SELECT pg_advisory_xact_lock_shared({LOCK})")
_GENERATIONS = Statement("SELECT array_remove(ARRAY[current, building], NULL) FROM projection")


def hear(session: Session, fact: Fact, envelope: Envelope) -> None:
    """Log the fact, and apply it to the generation that is read and to one that is being built."""
    _APPEND.later(session, envelope.id, envelope.type, envelope.time, _impersonal(envelope))
    _HOLD_GENERATIONS.later(session)
    ((generations,),) = _GENERATIONS.rows(session)
    APPLY[type(fact)](session, generations, fact, envelope.time)


def _impersonal(envelope: Envelope) -> str:
    """What was said, without the mail address: a log that is never changed must not hold any."""
    data: dict[str, Any] = msgspec.json.decode(envelope.data)
    if "email" in data:
        data["email"] = ""
    return msgspec.json.encode(data).decode()
