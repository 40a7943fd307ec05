"""What a task cost: processor time by kind of process, messages, commits, and others' load."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from bench.driver import Tally
from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.rabbit import RabbitServer

_TICKS = os.sysconf("SC_CLK_TCK")
_RECEIVED = (
    "maps:get(messages_received_total,"
    " maps:get([{protocol, amqp091}], rabbit_global_counters:overview()))."
)


@dataclass(frozen=True)
class Sample:
    """One task of one arm. Times in seconds, processor time in milliseconds per order."""

    orders: int
    seconds: float
    latencies: list[float]
    cpu: dict[str, float]
    messages: float
    commits: float
    foreign: float

    @property
    def rate(self) -> float:
        """Orders per second."""
        return self.orders / self.seconds

    @property
    def cpu_total(self) -> float:
        """Milliseconds of all measured processes for one order."""
        return sum(self.cpu.values())


@dataclass(frozen=True)
class Clocks:
    """Where processor time is read: `measured` by kind, in seconds, and what is left out of it."""

    measured: Callable[[], Mapping[str, float]]
    client: Callable[[], float]


@dataclass(frozen=True)
class _Reading:
    at: float
    measured: Mapping[str, float]
    client: float
    busy: float

    @classmethod
    def take(cls, clocks: Clocks) -> "_Reading":
        return cls(time.monotonic(), clocks.measured(), clocks.client(), _busy())


class Meter:
    """Reads the clocks and the servers' counters before and after."""

    def __init__(self, postgres: PostgresServer, rabbit: RabbitServer) -> None:
        self._rabbit = rabbit
        self._connection = psycopg2.connect(postgres.url, connect_timeout=5)
        self._connection.autocommit = True

    def measure(self, work: Callable[[], Tally], clocks: Clocks) -> Sample:
        """Do the work and say what an order of it cost."""
        messages, commits = self._messages(), self._commits()
        before = _Reading.take(clocks)
        tally = work()
        after = _Reading.take(clocks)
        commits, messages = self._commits() - commits, self._messages() - messages
        spent = {k: after.measured[k] - before.measured.get(k, 0.0) for k in after.measured}
        known = sum(spent.values()) + after.client - before.client
        return Sample(
            orders=tally.orders,
            seconds=tally.seconds,
            latencies=tally.latencies,
            cpu={kind: seconds / tally.orders * 1000 for kind, seconds in spent.items()},
            messages=messages / tally.orders,
            commits=commits / tally.orders,
            foreign=max(0.0, after.busy - before.busy - known) / (after.at - before.at),
        )

    def _commits(self) -> int:
        """Transactions so far that wrote, in all databases; the statistics would lag behind."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _messages(self) -> int:
        """Messages published so far, by the broker's own count."""
        return int(self._rabbit.ctl("eval", _RECEIVED))


def _busy() -> float:
    """Seconds of processor time that the whole machine has spent."""
    words = Path("/proc/stat").read_text("ascii").split(maxsplit=9)
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, words[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS
