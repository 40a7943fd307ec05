"""What an invariant is: a promise, and the query that finds the rows that break it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.testing.invariants.books import Books

_SHOWN = 5


@dataclass(frozen=True)
class Invariant:
    """`sql` finds nothing in a shop that keeps the promise."""

    name: str
    promise: str
    sql: str


@dataclass(frozen=True)
class Violation:
    """A broken promise, and all rows that break it."""

    invariant: Invariant
    rows: tuple[dict[str, Any], ...]

    def __str__(self) -> str:
        shown = "\n".join(f"    {row}" for row in self.rows[:_SHOWN])
        more = f"\n    ... {len(self.rows)} rows in all" if len(self.rows) > _SHOWN else ""
        return f"{self.invariant.name}: {self.invariant.promise}\n{shown}{more}"


def audit(books: Books, invariants: Sequence[Invariant]) -> list[Violation]:
    """Every invariant that does not hold."""
    found = ((one, tuple(books.rows(one.sql))) for one in invariants)
    return [Violation(one, rows) for one, rows in found if rows]
