"""The reference of settings: every variable with type, default and meaning."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from libs.runtime import registry
from libs.runtime.check import groups
from libs.settings import PREFIX, Settings

_PAGE = """# Settings

Written by `make docs` from the typed settings in the code. Every process reads its settings from
the environment once, when it starts, and refuses to start with one sentence that names all that is
missing or wrong. [CONTRIBUTING.md](../CONTRIBUTING.md#a-new-environment-variable) says how one is
added; [.env.example](../.env.example) holds them all.

{groups}## Databases

{databases}"""
_HEAD = "| Variable | Type | Default | Meaning |\n|---|---|---|---|\n"


def page() -> str:
    """The whole page."""
    names = registry.discover()
    databases = "".join(
        f"- `{PREFIX}{name.upper()}_DATABASE_URL`: the PostgreSQL database of {name}\n"
        for name in names
    )
    return _PAGE.format(groups="".join(map(_group, groups(names))), databases=databases)


def _group(group: type[Settings]) -> str:
    title = group.__name__.removesuffix("Settings")
    summary = (group.__doc__ or "").strip().splitlines()[0]
    return f"## {title}\n\n{summary}\n\n{_HEAD}{''.join(_rows(group))}\n"


def _rows(group: type[Settings]) -> Iterator[str]:
    hints = get_type_hints(group)
    for field in fields(group):
        kind = str(getattr(hints[field.name], "__name__", hints[field.name]))
        if choices := field.metadata.get("one_of"):
            kind = " or ".join(choices)
        meaning = str(field.metadata.get("help", "")).replace("|", "\\|")
        yield f"| `{group.variable(field.name)}` | {kind} | {_default(field)} | {meaning} |\n"


def _default(field: "Field[Any]") -> str:
    if callable(field.default_factory):
        return _shown(field.default_factory())
    return "has to be set" if field.default is MISSING else _shown(field.default)


def _shown(value: Any) -> str:
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return f"`{text}`" if text else "none"
