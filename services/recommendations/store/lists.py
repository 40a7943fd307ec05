"""The form of a list in the store, as docs/recommendation-store.md tells everybody who writes one.

Whoever writes may be wrong, so nothing is believed that was not checked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

import msgspec

from services.recommendations.rules.places import POPULAR, Place
from services.recommendations.rules.ranking import Scored, best

SCHEMA = 1
PREFIX = f"rec:v{SCHEMA}"
OWN_WRITER = "argosy"
MAX_BYTES = 65_536
MAX_ITEMS = 200
MAX_AGE = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(minutes=10)


class Refused(Exception):
    """What stands in the store is no list of this form; the message says why."""


class StoredList(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the store; fields that it has beyond these mean nothing here."""

    schema: int
    generated_at: datetime
    items: list[tuple[UUID, float]]
    model: str = ""


_decoder = msgspec.json.Decoder(StoredList)


def name(writer: str, place: Place) -> str:
    """The key of a writer's list."""
    if place == POPULAR:
        return f"{PREFIX}:{writer}:{place.kind}"
    return f"{PREFIX}:{writer}:{place.kind}:{place.key}"


def encode(items: Sequence[Scored], model: str, now: datetime) -> bytes:
    """The value that says this."""
    pairs = [(item.product_id, item.score) for item in items[:MAX_ITEMS]]
    return msgspec.json.encode(
        StoredList(schema=SCHEMA, generated_at=now, items=pairs, model=model)
    )


def decode(value: Any, now: datetime) -> list[Scored]:
    """What a value says, best first, no product twice; Refused if it is not a list or too old."""
    if not isinstance(value, bytes):
        raise Refused("it is not a string")
    if len(value) > MAX_BYTES:
        raise Refused(f"it has more than {MAX_BYTES} bytes")
    try:
        found = _decoder.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise Refused(f"it is not such a list: {fault}") from fault
    _check(found, now)
    highest: dict[UUID, float] = {}
    for product_id, score in found.items:
        highest[product_id] = max(score, highest.get(product_id, score))
    return best((Scored(*item) for item in highest.items()), MAX_ITEMS)


def _check(found: StoredList, now: datetime) -> None:
    if found.schema != SCHEMA:
        raise Refused(f"its schema is {found.schema}, not {SCHEMA}")
    if found.generated_at.tzinfo is None:
        raise Refused("generated_at has no offset")
    if not now - MAX_AGE <= found.generated_at <= now + _CLOCKS_DIFFER:
        raise Refused("it is too old, or of the future")
    if len(found.items) > MAX_ITEMS:
        raise Refused(f"it has more than {MAX_ITEMS} items")
    if not all(isfinite(score) for _, score in found.items):
        raise Refused("a score is not a finite number")
