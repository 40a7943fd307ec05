"""How much of the machine is ours just now: a fixed loop of Python, and single durable commits."""

import time
from dataclasses import dataclass

import psycopg2

from libs.testing.servers.postgres import PostgresServer

_TURNS = 1_000_000
_COMMITS = 200


@dataclass(frozen=True)
class Calibration:
    """Milliseconds of the loop by the clock and by the processor, and of one commit."""

    loop_wall: float
    loop_cpu: float
    commit: float


class Calibrator:
    """Does the same work each time it is asked."""

    def __init__(self, server: PostgresServer) -> None:
        self._connection = psycopg2.connect(
            server.create_database("calibration"), connect_timeout=5
        )
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._cursor.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)")
        self._cursor.execute("INSERT INTO account VALUES (1, 0)")

    def measure(self) -> Calibration:
        """About a third of a second on a quiet machine."""
        wall, cpu = time.perf_counter(), time.process_time()
        total = 0
        for turn in range(_TURNS):
            total += turn & 7
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        started = time.perf_counter()
        for _ in range(_COMMITS):
            self._cursor.execute("UPDATE account SET balance = balance + 1 WHERE id = 1")
        commit = (time.perf_counter() - started) / _COMMITS
        return Calibration(wall * 1000, cpu * 1000, commit * 1000)
