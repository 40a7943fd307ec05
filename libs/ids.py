"""Identifiers: UUIDv7 (RFC 9562) in the database, prefixed base32 text (TypeID 0.3) outside."""

import os
import time
from datetime import datetime
from uuid import UUID

# Crockford's alphabet in lower case, as TypeID demands: no i, l, o, u.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26


def uuid7() -> UUID:
    """A new identifier that sorts by its time of birth, to about a quarter of a microsecond."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    # RFC 9562 method 3: the 12 bits after the version carry the fraction of the millisecond.
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)


def first_uuid7_of(moment: datetime) -> UUID:
    """What sorts before every UUIDv7 that is made from that millisecond on."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def made_at(value: UUID) -> float:
    """When a UUIDv7 was made, in seconds since 1970, to a millisecond."""
    return (value.int >> 80) / 1000


def to_text(prefix: str, value: UUID) -> str:
    """`ord_01h455vb4pex5vsknk084sn02q` for the order of that identifier."""
    number = value.int
    letters = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def from_text(prefix: str, text: str) -> UUID:
    """The identifier behind a text of that prefix; a ValueError for every other text."""
    head, _, tail = text.rpartition("_")
    if head != prefix or len(tail) != _LENGTH or tail[0] > "7":
        raise ValueError(f"not an identifier of the form {prefix}_...")
    number = 0
    for letter in tail:
        value = _VALUES.get(letter)
        if value is None:
            raise ValueError(f"not an identifier of the form {prefix}_...")
        number = number << 5 | value
    return UUID(int=number)
