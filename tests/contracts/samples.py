"""Every message that services exchange, and one example of each with all its fields."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

import libs.contracts
from libs.messaging.message import Command, Fact, Job, Payload

GOLDEN = Path(__file__).parent / "golden"
_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
_PLAIN: dict[type[inspect.Type], Any] = {
    inspect.UUIDType: _ID,
    inspect.StrType: "text",
    inspect.IntType: 7,
    inspect.BoolType: True,
    inspect.DateTimeType: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
}


def message_types() -> list[type[Payload]]:
    """The concrete commands, facts and jobs of all contracts."""
    for module in pkgutil.iter_modules(libs.contracts.__path__):
        importlib.import_module(f"libs.contracts.{module.name}")
    found = [kind for base in (Command, Fact, Job) for kind in _named(base)]
    contracts = [kind for kind in found if kind.__module__.startswith("libs.contracts.")]
    return sorted(contracts, key=lambda kind: kind.wire_name)


def _named(base: type[Payload]) -> Iterator[type[Payload]]:
    """Those below it that travel; the others are there to be derived from."""
    for kind in base.__subclasses__():
        if kind.wire_name:
            yield kind
        yield from _named(kind)


def sample(kind: type[Payload]) -> Payload:
    """An example with every field filled in, always the same."""
    return msgspec.convert(_value(inspect.type_info(kind)), kind)


def _value(kind: inspect.Type) -> Any:
    plain = _PLAIN.get(type(kind))
    if plain is not None:
        return plain
    match kind:
        case inspect.StructType():
            values = {field.encode_name: _value(field.type) for field in kind.fields}
            return list(values.values()) if kind.array_like else values
        case inspect.VarTupleType() | inspect.ListType():
            return [_value(kind.item_type)]
        case inspect.UnionType():
            real = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
            return _value(real[0])
        case inspect.LiteralType():
            return kind.values[0]
    raise TypeError(f"no example for {kind}")


def golden_file(kind: type[Payload]) -> Path:
    """Where the message's released form is kept."""
    return GOLDEN / f"{kind.wire_name}.json"
