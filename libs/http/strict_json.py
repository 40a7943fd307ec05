"""JSON from strangers: what RFC 8259 leaves open (I-JSON, RFC 7493) is refused here."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from libs.http.problems import FieldFault, invalid, malformed

MAX_DEPTH = 32
# Beyond this Python itself refuses the conversion, and nobody means such a number.
_MAX_DIGITS = 4300
_INT64 = 2**63

_LONG_NUMBER = re.compile(rb"\d{19}")
_HUGE_NUMBER = re.compile(rb"\d{%d}" % _MAX_DIGITS)
# The closing quote is optional: an unterminated string is consumed once, not from each quote.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def loads(body: bytes) -> Any:
    """The value of a JSON text; a Problem (400 or 422) for everything that is not plain I-JSON."""
    _check_depth(body)
    long_number = _LONG_NUMBER.search(body) is not None
    if long_number and _HUGE_NUMBER.search(body):
        raise malformed("number_too_long", "A number has too many digits.")
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise malformed("invalid_encoding", "The body is not UTF-8 text.") from None
    except json.JSONDecodeError as fault:
        raise malformed(
            "invalid_json", f"The body is not valid JSON: {fault.msg} at character {fault.pos}."
        ) from None
    # Only an escape can smuggle a NUL or half a character in, only a long number can overflow.
    if long_number or b"\\u" in body:
        faults = list(_faults(value, ""))
        if faults:
            raise invalid(faults)
    return value


def _check_depth(body: bytes) -> None:
    """Peel the innermost brackets, one level a pass: no recursion, no loop over characters."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", body).translate(_TO_SQUARE, _NO_BRACKET)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise malformed("nested_too_deep", f"The body nests deeper than {MAX_DEPTH} levels.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise malformed("duplicate_key", "An object of the body has the same key twice.")
    return members


def _no_constant(name: str) -> NoReturn:
    raise malformed("invalid_json", f"{name} is not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise malformed("number_too_long", "A number is beyond what can be represented.")
    return number


def _faults(value: Any, pointer: str) -> Iterator[FieldFault]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _text_faults(key, pointer)
            yield from _faults(member, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}")
    elif isinstance(value, str):
        yield from _text_faults(value, pointer)
    elif type(value) is int and not -_INT64 <= value < _INT64:
        yield FieldFault(pointer, "out_of_range", "An integer must fit 64 bits.")


def _text_faults(text: str, pointer: str) -> Iterator[FieldFault]:
    if "\x00" in text or (not text.isprintable() and _has_surrogate(text)):
        safe = pointer.encode("utf-8", "replace").decode()
        yield FieldFault(safe, "invalid_characters", "Text must be characters other than NUL.")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def escape(key: str) -> str:
    """A reference token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
