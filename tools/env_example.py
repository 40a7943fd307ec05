"""`make env-example`: writes .env.example, where every setting stands with its meaning.

What has a default is commented out and shows it; what has to be set is empty.
"""

import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

from libs.runtime import registry
from libs.runtime.check import groups
from libs.settings import PREFIX, Settings

FILE = Path(__file__).resolve().parents[1] / ".env.example"
_HEADER = """# Written by `make env-example` from the code; edits are lost.
# Copy it to .env, fill in what is empty, and read it before a process starts:
#   set -a; . ./.env; set +a; python -m libs.runtime check
"""
_WIDTH = 98


@dataclass(frozen=True)
class Variable:
    """One setting; no default means that it has to be set."""

    name: str
    meaning: str
    default: str | None

    def lines(self) -> Iterator[str]:
        """Its meaning above it."""
        yield from (f"# {line}" for line in textwrap.wrap(self.meaning, _WIDTH))
        yield f"{self.name}=" if self.default is None else f"#{self.name}={self.default}"


def text(names: Sequence[str]) -> str:
    """The whole file for these services."""
    known: set[str] = set()
    blocks = [_HEADER]
    for group in sorted(groups(names), key=_has_defaults_alone):
        new = [one for one in _variables(group) if one.name not in known]
        known |= {one.name for one in new}
        if new:
            blocks.append(f"\n## {_title(group)}\n{_block(new)}")
    databases = [Variable(f"{PREFIX}{name.upper()}_DATABASE_URL", "", None) for name in names]
    blocks.append("\n## postgresql://user:password@host/database of each service.\n")
    blocks.append(_block(databases))
    return "".join(blocks)


def _has_defaults_alone(group: type[Settings]) -> bool:
    """A setting of two groups is shown as in the one that asks for it, so these come first."""
    return all(one.default is not None for one in _variables(group))


def _title(group: type[Settings]) -> str:
    """Whose settings they are, and what its class says about them."""
    whose = group.__name__.removesuffix("Settings").lower()
    return f"{whose}: {(group.__doc__ or '').strip().splitlines()[0]}"


def _variables(group: type[Settings]) -> list[Variable]:
    return [
        Variable(group.variable(field.name), str(field.metadata.get("help", "")), _default(field))
        for field in fields(group)
    ]


def _default(field: "Field[Any]") -> str | None:
    if callable(field.default_factory):
        return _shown(field.default_factory())
    return None if field.default is MISSING else _shown(field.default)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return shlex.quote(",".join(value)) if value else ""
    return shlex.quote(str(value)) if str(value) else ""


def _block(variables: Sequence[Variable]) -> str:
    return "".join(f"{line}\n" for one in variables for line in one.lines())


def main() -> None:
    """The program's entry."""
    FILE.write_text(text(registry.discover()), "utf-8")
    print(f"{FILE.name} is written")


if __name__ == "__main__":
    main()
