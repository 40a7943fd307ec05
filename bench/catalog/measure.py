"""How many answers a second, and how long single ones take."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.kept_http import KeptConnection, request
from libs.testing.process import cpu_seconds

IN_FLIGHT = 4
_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Server:
    """A running server and the process at its top."""

    url: str
    pid: int


@dataclass(frozen=True)
class Pace:
    """Answers a second, and the server's processor time for each: the machine may be shared."""

    rate: float
    cpu: float


def pace(server: Server, path: str, seconds: float) -> Pace:
    """With a few requests always under way; every answer must be a 200."""
    connections = [KeptConnection(server.url) for _ in range(IN_FLIGHT)]
    question = request("GET", path, b"", _HEADERS)
    answered = 0
    cpu, started = cpu_seconds(server.pid), time.perf_counter()
    for connection in connections:
        connection.send(question)
    while time.perf_counter() - started < seconds:
        for connection in connections:
            _check(path, connection.answer().status)
            connection.send(question)
            answered += 1
    elapsed = time.perf_counter() - started
    for connection in connections:
        connection.answer()
    spent = cpu_seconds(server.pid) - cpu
    return Pace(answered / elapsed, spent / (answered + IN_FLIGHT))


def latencies(
    urls: Sequence[str], ask: Callable[[], str], count: int
) -> tuple[list[list[float]], list[str]]:
    """Seconds of each answer of each server, and the questions; all are asked the same in turn.

    So whatever else the machine does falls on all of them alike.
    """
    connections = [KeptConnection(url) for url in urls]
    taken: list[list[float]] = [[] for _ in urls]
    asked: list[str] = []
    for number in range(count):
        path = ask()
        asked.append(path)
        question = request("GET", path, b"", _HEADERS)
        # Neither is always the one that finds the caches as the other has left them.
        for place in sorted(range(len(urls)), reverse=bool(number % 2)):
            started = time.perf_counter()
            connections[place].send(question)
            status = connections[place].answer().status
            taken[place].append(time.perf_counter() - started)
            _check(path, status)
    return taken, asked


def _check(path: str, status: int) -> None:
    if status != 200:  # noqa: PLR2004  HTTP's own number
        raise RuntimeError(f"{path} answered {status}")
