"""Typed settings from the environment, checked all at once when a process starts."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self, get_type_hints

PREFIX = "ARGOSY_"
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class SettingsError(Exception):
    """The environment does not describe a runnable process; the message names every fault."""


@dataclass(frozen=True)
class Settings:
    """A group of settings: the field `smtp_url` is the variable `ARGOSY_SMTP_URL`.

    Types may be str, int, float, bool, Path and tuple[str, ...] (comma separated); a field's
    `metadata["help"]` documents it. A number must be above zero, or from `metadata["least"]` up,
    and not above `metadata["most"]`; a text may have to be among `metadata["one_of"]`.
    """

    section: ClassVar[str] = ""

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable that sets the field."""
        return f"{PREFIX}{cls.section}{field}".upper()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read every field; all that is missing or malformed is reported in one SettingsError."""
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        faults: list[str] = []
        for field in fields(cls):
            text = environ.get(cls.variable(field.name), "")
            try:
                values |= _read(field, hints[field.name], text)
            except ValueError as fault:
                faults.append(f"{cls.variable(field.name)} {fault}")
        if faults:
            raise SettingsError("; ".join(faults))
        return cls(**values)


def _read(field: "Field[Any]", kind: type, text: str) -> dict[str, Any]:
    if text:
        value = _convert(kind, text)
        if kind in (int, float):
            _check_bounds(field, value)
        choices = field.metadata.get("one_of")
        if choices and value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return {field.name: value}
    if field.default is MISSING and field.default_factory is MISSING:
        raise ValueError("is not set")
    return {}


def _check_bounds(field: "Field[Any]", value: float) -> None:
    least, most = field.metadata.get("least"), field.metadata.get("most", math.inf)
    if least is None and not value > 0:
        raise ValueError("must be above 0")
    if least is not None and not value >= least:
        raise ValueError(f"must be at least {least}")
    if not (value <= most and math.isfinite(value)):
        raise ValueError(f"must be at most {most}" if most < math.inf else "must be finite")


def _convert(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in _TRUTH:
            raise ValueError(f"must be true or false, not {text!r}")
        return _TRUTH[text.lower()]
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"must be a number, not {text!r}") from None
    if kind is Path:
        return Path(text)
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text
