"""What a run says: tables for people, one JSON file for whoever compares runs."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.meter import Sample
from bench.rounds import Stage
from bench.summary import Goal, goals, growth, percentile, ratios
from libs.testing.servers.programs import postgres_program

_PACKAGES = (
    "celery",
    "kombu",
    "amqp",
    "sqlalchemy",
    "psycopg2-binary",
    "flask",
    "gunicorn",
    "msgspec",
)
_KINDS = ("postgres", "rabbitmq", "worker", "web", "jobs", "feeder", "simulator", "redis")
GROWTH_BOUND = 1.15


def print_stage(stage: Stage) -> None:
    """The table of one stage. CPU is L1's processor time over the arm's: what the ratio of the
    rates comes to where all of the machine is ours."""
    print(f"\n{stage.products:,} products, {stage.orders:,} earlier orders")
    print(
        f"{'':6} {'orders/s':>8} {'/ L1':>6} {'/ L2':>6} {'CPU':>6} {'p50 ms':>8} {'p99 ms':>8}"
        f" {'idle p50':>8} {'p99':>7} {'CPU ms':>7} {'msgs':>5} {'commits':>7} {'foreign':>7}"
    )
    for arm in stage.rounds[0]:
        print(_row(stage, arm))
    print(f"CPU ms per order: {'':4}" + "".join(f"{kind:>11}" for kind in _KINDS))
    for arm in stage.rounds[0]:
        spent = [median(one[arm].cpu.get(kind, 0.0) for one in stage.rounds) for kind in _KINDS]
        print(f"{arm:22}" + "".join(f"{value:11.2f}" for value in spent))


def _row(stage: Stage, arm: str) -> str:
    rates = [{name: sample.rate for name, sample in one.items()} for one in stage.rounds]
    cpu = [{name: sample.cpu_total for name, sample in one.items()} for one in stage.rounds]
    samples = [one[arm] for one in stage.rounds]
    loaded = [value * 1000 for sample in samples for value in sample.latencies]
    idle = [value * 1000 for one in stage.idle for value in one[arm]]
    return (
        f"{arm:6} {_median(samples, 'rate'):8.1f} {median(ratios(rates, arm, 'L1')):6.2f}"
        f" {median(ratios(rates, arm, 'L2')):6.2f} {median(ratios(cpu, 'L1', arm)):6.2f}"
        f" {percentile(loaded, 0.5):8.1f}"
        f" {percentile(loaded, 0.99):8.1f} {percentile(idle, 0.5):8.1f}"
        f" {percentile(idle, 0.99):7.1f} {_median(samples, 'cpu_total'):7.2f}"
        f" {_median(samples, 'messages'):5.1f} {_median(samples, 'commits'):7.1f}"
        f" {_median(samples, 'foreign'):7.2f}"
    )


def print_goals(found: Sequence[Goal]) -> None:
    """Each goal with its verdict."""
    print()
    for goal in found:
        sign, verdict = (">=" if goal.at_least else "<="), ("met" if goal.met else "NOT MET")
        print(f"{goal.name:44} {goal.measured:7.2f}  {sign} {goal.bound:5.2f}  {verdict}")


def all_goals(stages: Sequence[Stage]) -> list[Goal]:
    """The goals of the first stage, and the growth of the later ones against it."""
    first = stages[0]
    found = goals(first.rounds, first.idle_medians)
    for stage in stages[1:]:
        name = f"cost at {stage.products:,} products, {stage.orders:,} orders"
        grown = growth(first.rounds, stage.rounds, "http", "L1")
        found.append(Goal(name, GROWTH_BOUND, grown, at_least=False))
    return found


def write(path: Path, stages: Sequence[Stage], found: Sequence[Goal]) -> None:
    """Everything but the single latencies."""
    document = {
        "versions": versions(),
        "goals": [asdict(goal) | {"met": goal.met} for goal in found],
        "stages": [_stage(stage) for stage in stages],
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def versions() -> dict[str, str]:
    """What was measured, on what."""
    postgres = subprocess.run(  # noqa: S603  # a fixed program, no shell
        [postgres_program("postgres"), "--version"],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    return {
        "python": sys.version.split()[0],
        "postgresql": postgres.stdout.strip(),
        "machine": f"{os.cpu_count()} cores, {platform.platform()}",
        **{name: version(name) for name in _PACKAGES},
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "products": stage.products,
        "orders": stage.orders,
        "calibrations": [asdict(one) for one in stage.calibrations],
        "rounds": [{arm: _sample(sample) for arm, sample in one.items()} for one in stage.rounds],
        "idle_p50_ms": [
            {arm: seconds * 1000 for arm, seconds in one.items()} for one in stage.idle_medians
        ],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    kept = asdict(sample)
    latencies = kept.pop("latencies")
    shares = {"p50_ms": 0.5, "p99_ms": 0.99}
    return kept | {name: percentile(latencies, share) * 1000 for name, share in shares.items()}


def _median(samples: Sequence[Sample], name: str) -> float:
    return float(median(getattr(sample, name) for sample in samples))
