"""What the Makefile offers, and which of it a line of shell calls."""

import re
from functools import cache

from tests.architecture.repository import ROOT

_TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)
# Nothing but make: no pipe, no second command, no redirection.
_MAKE = re.compile(r"(?:sudo |[A-Z_]+=\S+ )*make((?: [a-z][a-z0-9-]*| [A-Z_]+=[^ ;&|<>`$()]+)+)")


@cache
def targets() -> frozenset[str]:
    """Every target by its name."""
    return frozenset(_TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


def called(command: str) -> list[str]:
    """The targets of a `make` command; none when it is or holds any other command."""
    make = _MAKE.fullmatch(command.partition(" #")[0].strip())
    return [word for word in make[1].split() if "=" not in word] if make else []
