"""What a replay found, for people and, as JSON, for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.replay.drive import Outcome
from tools.replay.reconcile import Difference, expected_of
from tools.replay.truth import Truth
from tools.replay.witnesses import Claim, Measure

_SHOWN_DIFFERENCES = 50
_MEASURES: tuple[Measure, ...] = (
    "pieces sold",
    "money sold",
    "pieces returned",
    "money returned",
)


@dataclass
class Report:
    """Everything the replay wants to say; `ok` decides the exit code."""

    title: dict[str, Any]
    rows: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    traffic: dict[str, Any] = field(default_factory=dict)
    books: dict[str, dict[str, int]] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything was replayed and every book agrees with the file."""
        return not (self.differences or self.interrupted)

    def add_traffic(
        self, outcomes: Sequence[Outcome], seconds: float, retries: Counter[str]
    ) -> None:
        """Count the outcomes and their times."""
        placed = [outcome.placed for outcome in outcomes if outcome.placed]
        confirmed = [order.confirm_seconds for order in placed if order.confirm_seconds is not None]
        self.traffic = {
            "orders accepted": len(placed),
            "orders": _states(outcomes, "order"),
            "returns": _states(outcomes, "return"),
            "accept ms": _milliseconds([order.accept_seconds for order in placed]),
            "confirm ms": _milliseconds(confirmed),
            "orders per second": round(len(confirmed) / max(seconds, 0.001), 1),
            "requests sent again": dict(retries),
        }

    def add_books(
        self, truth: Truth, claims: Iterable[Claim], differences: Sequence[Difference]
    ) -> None:
        """The totals of every witness, the file first, and where they differ."""
        self.books["the file"] = {
            measure: expected_of(truth, measure).total() for measure in _MEASURES
        }
        for claim in claims:
            self.books.setdefault(claim.witness, {})[claim.measure] = claim.total
        self.differences += map(str, differences)

    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            **self.title,
            "rows": self.rows,
            "seconds": self.seconds,
            "traffic": self.traffic,
            "books": self.books,
            "differences": self.differences,
            "interrupted": self.interrupted,
            "ok": self.ok,
        }

    def text(self) -> str:
        """All of it for a person; only so many differences are spelt out."""
        lines = [*_table("Replay", self.title), *_table("Rows", self.rows)]
        lines += _table("Seconds", self.seconds) + _table("Traffic", self.traffic)
        if self.books:
            lines += ["", "Books (money in pence)", *_grid(self.books)]
        lines += ["", *self._verdict()]
        return "\n".join(lines)

    def _verdict(self) -> list[str]:
        if self.interrupted:
            return ["Interrupted: the books were not compared."]
        if not self.differences:
            return ["Every book agrees with the file to the piece and the penny."]
        more = len(self.differences) - _SHOWN_DIFFERENCES
        rest = [f"  and {more} more"] if more > 0 else []
        shown = [f"  {line}" for line in self.differences[:_SHOWN_DIFFERENCES]]
        return [f"{len(self.differences)} differences:", *shown, *rest]


def _states(outcomes: Iterable[Outcome], kind: str) -> dict[str, int]:
    named = (
        f"{outcome.state}: {outcome.reason}" if outcome.reason else outcome.state
        for outcome in outcomes
        if outcome.kind == kind
    )
    return dict(Counter(named).most_common())


def _milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    ordered = sorted(seconds)

    def percentile(part: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)

    return {"p50": percentile(0.5), "p99": percentile(0.99), "max": percentile(1.0)}


def _table(title: str, values: dict[str, Any], depth: int = 1) -> list[str]:
    lines = ["", title] if depth == 1 else [f"{'  ' * (depth - 1)}{title}"]
    for name, value in values.items():
        if isinstance(value, dict):
            lines += _table(name, value, depth + 1)
        else:
            lines.append(f"{'  ' * depth}{_number(value):>14}  {name}")
    return lines


def _grid(books: dict[str, dict[str, int]]) -> list[str]:
    heads = "".join(f"{measure:>18}" for measure in _MEASURES)
    rows = [
        f"  {name:28}" + "".join(f"{_number(book.get(measure, '')):>18}" for measure in _MEASURES)
        for name, book in books.items()
    ]
    return [f"  {'':28}{heads}", *rows]


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)
