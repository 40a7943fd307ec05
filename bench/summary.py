"""The arithmetic of the report: medians, percentiles, ratios, and the goals they are held to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.meter import Sample

Round = Mapping[str, Sample]
Idle = Mapping[str, float]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed (nearest rank)."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 1000) // 1000))
    return ordered[rank - 1]


def ratios(values: Sequence[Mapping[str, float]], arm: str, base: str) -> list[float]:
    """The arm over the base, round by round: only what took turns is compared."""
    return [value[arm] / value[base] for value in values]


@dataclass(frozen=True)
class Goal:
    """What is promised, what was measured, and which way is better."""

    name: str
    bound: float
    measured: float
    at_least: bool

    @property
    def met(self) -> bool:
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def goals(rounds: Sequence[Round], idle: Sequence[Idle]) -> list[Goal]:
    """The goals that one stage is held to; medians of the rounds' own ratios."""
    rates = [{arm: sample.rate for arm, sample in one.items()} for one in rounds]
    cpu = [{arm: sample.cpu_total for arm, sample in one.items()} for one in rounds]
    return [
        Goal("saga fed directly / L1, orders/s", 0.7, median(ratios(rates, "saga", "L1")), True),
        Goal("HTTP / L1, orders/s", 0.35, median(ratios(rates, "http", "L1")), True),
        Goal("HTTP, CPU ms per order", 25.0, median(one["http"] for one in cpu), False),
        Goal("HTTP / L1, idle latency", 2.5, median(ratios(idle, "http", "L1")), False),
    ]


def growth(first: Sequence[Round], later: Sequence[Round], arm: str, base: str) -> float:
    """How much dearer an order became, beyond what became of the base on the same machine."""
    before = median(one[arm].cpu_total / one[base].cpu_total for one in first)
    after = median(one[arm].cpu_total / one[base].cpu_total for one in later)
    return after / before
