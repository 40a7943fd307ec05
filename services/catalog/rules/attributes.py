"""Typed attributes: which values a product may have, and how a list is narrowed by them."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from services.catalog.errors import BadAttribute, BadAttributeFilter

Type = Literal["text", "number", "boolean", "choice"]
Value = str | int | float | bool
TYPES = ("text", "number", "boolean", "choice")
MAX_CODE = 40
MAX_VALUE = 200
MAX_ATTRIBUTES = 50
MAX_CHOICES = 200
MAX_FILTERS = 10
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Facets of these names are the catalog's own.
RESERVED_CODES = frozenset({"brand", "category", "price"})
_LARGEST = 10**15
_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?"
_RANGE = re.compile(rf"(?P<least>{_NUMBER})?(?P<dots>\.\.)?(?P<most>{_NUMBER})?")


@dataclass(frozen=True)
class Definition:
    """What an attribute is, whoever holds a value of it."""

    code: str
    name: str
    type: str
    unit: str | None
    choices: tuple[str, ...]
    filterable: bool


@dataclass(frozen=True)
class Narrowing:
    """One attribute of a filter: any of the values, or a number within bounds (None: open)."""

    code: str
    values: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None


def checked(definitions: Mapping[str, Definition], values: Mapping[str, Any]) -> dict[str, Value]:
    """The values as they are stored; a BadAttribute names the first that its type forbids."""
    stored: dict[str, Value] = {}
    for code, value in sorted(values.items()):
        definition = definitions.get(code)
        if definition is None:
            raise BadAttribute(f"there is no attribute {code[:MAX_CODE]}")
        found = _READERS[definition.type](definition, value)
        if found is None:
            raise BadAttribute(f"{code} must be {_form(definition)}")
        stored[code] = found
    return stored


def narrowings(
    definitions: Mapping[str, Definition], wanted: Iterable[str]
) -> tuple[Narrowing, ...]:
    """What `code:value` texts ask for; several values of one attribute mean any of them."""
    by_code: dict[str, list[str]] = {}
    for text in wanted:
        code, _, value = text.partition(":")
        by_code.setdefault(code, []).append(value)
    return tuple(_narrowing(definitions.get(code), code, by_code[code]) for code in by_code)


def _narrowing(definition: Definition | None, code: str, values: list[str]) -> Narrowing:
    if definition is None or not definition.filterable:
        raise BadAttributeFilter(f"{code[:MAX_CODE]} is no attribute that lists are filtered by")
    if definition.type != "number":
        return Narrowing(code, tuple(values))
    bounds = _RANGE.fullmatch(values[0]) if len(values) == 1 else None
    if bounds is None or not (bounds["least"] or bounds["most"]):
        raise BadAttributeFilter(f"{code} needs one number or range, such as 5, 5..10 or ..10")
    least = Decimal(bounds["least"]) if bounds["least"] else None
    most = Decimal(bounds["most"]) if bounds["most"] else None
    return Narrowing(code, least=least, most=most if bounds["dots"] else least)


def _text(_: Definition, value: Any) -> Value | None:
    fits = isinstance(value, str) and 0 < len(value) <= MAX_VALUE and value.isprintable()
    return str(value) if fits else None


def _number(_: Definition, value: Any) -> Value | None:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) >= _LARGEST:
        return None
    rounded = round(Decimal(str(value)), 6)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _boolean(_: Definition, value: Any) -> Value | None:
    return value if isinstance(value, bool) else None


def _choice(definition: Definition, value: Any) -> Value | None:
    return value if isinstance(value, str) and value in definition.choices else None


def _form(definition: Definition) -> str:
    if definition.type == "choice":
        return f"one of {', '.join(definition.choices[:10])}"
    return {
        "text": f"printable text of at most {MAX_VALUE} characters",
        "number": "a number",
        "boolean": "true or false",
    }[definition.type]


_READERS = {"text": _text, "number": _number, "boolean": _boolean, "choice": _choice}
