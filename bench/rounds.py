"""Rounds: each arm has its turn under load and alone, with a calibration before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg2

from bench.arms import Arm
from bench.calibration import Calibration, Calibrator
from bench.meter import Meter, Sample
from bench.summary import percentile
from libs.testing.servers.postgres import PostgresServer

WINDOW = 100
# More than any arm can do, so that carts never run out.
_FASTEST = 700
_FASTEST_ALONE = 200


@dataclass(frozen=True)
class Plan:
    """How often, and how long each time."""

    rounds: int
    loaded_seconds: float
    idle_seconds: float


@dataclass
class Stage:
    """What was measured with so many products and orders in the tables."""

    products: int
    orders: int
    rounds: list[dict[str, Sample]] = field(default_factory=list)
    idle: list[dict[str, list[float]]] = field(default_factory=list)
    calibrations: list[Calibration] = field(default_factory=list)

    @property
    def idle_medians(self) -> list[dict[str, float]]:
        """Of each round, the median latency of each arm in seconds."""
        return [{arm: percentile(one[arm], 0.5) for arm in one} for one in self.idle]


def run_stage(
    stage: Stage, plan: Plan, arms: Sequence[Arm], meter: Meter, calibrator: Calibrator
) -> None:
    """Add the plan's rounds to the stage."""
    stage.calibrations.append(calibrator.measure())
    for _ in range(plan.rounds):
        loaded: dict[str, Sample] = {}
        idle: dict[str, list[float]] = {}
        for arm in arms:
            alone = arm.prepare(plan.idle_seconds, 1, int(plan.idle_seconds * _FASTEST_ALONE))
            full = arm.prepare(plan.loaded_seconds, WINDOW, int(plan.loaded_seconds * _FASTEST))
            with arm.alone():
                idle[arm.name] = arm.run(alone).latencies
                loaded[arm.name] = meter.measure(partial(arm.run, full), arm.clocks)
        stage.rounds.append(loaded)
        stage.idle.append(idle)
        stage.calibrations.append(calibrator.measure())


def warm_up(arms: Sequence[Arm], server: PostgresServer) -> None:
    """Fill caches before anything counts, then let every database know its tables.

    A plan made for a table that was never analyzed reads all of it, which would count against
    whichever arm's tables are youngest.
    """
    for arm in arms:
        task = arm.prepare(1.0, WINDOW, _FASTEST)
        with arm.alone():
            arm.run(task)
    for name in _query(server.url, "SELECT datname FROM pg_database WHERE NOT datistemplate"):
        _query(server.url_of(name), "ANALYZE")


def _query(url: str, statement: str) -> list[str]:
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [str(row[0]) for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()
