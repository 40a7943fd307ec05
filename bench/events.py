"""`python -m bench.events`: how many events a second the intake takes, in batches, all durable.

Everything is on this machine: the visitors, two web processes, PostgreSQL with fsync, RabbitMQ and
a worker that puts the events on their streams meanwhile. Afterwards every accepted event must be in
the database and on the stream of all behaviour.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import psycopg2
from kombu import Connection, Exchange, Queue

from bench.kept_http import KeptConnection, request
from libs import clock
from libs.contracts.events import UserEvents
from libs.http.fields import rfc3339
from libs.ids import to_text, uuid7
from libs.messaging import topology, wire
from libs.testing.process import (
    ManagedProcess,
    Program,
    await_ready,
    cpu_seconds,
    is_ready,
    run_to_end,
)
from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.private import free_port, scratch_directory
from libs.testing.servers.rabbit import RabbitServer

_ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS, _DRAIN_SECONDS = 120.0, 120.0
_ACCEPTED = 202
_PRODUCTS = [to_text("prd", uuid7()) for _ in range(1_000)]


class Intake:
    """The servers and programs of events alone."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._postgres = PostgresServer(directory)
        self._rabbit = RabbitServer(directory)
        self._programs: dict[str, ManagedProcess] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """Everything runs inside."""
        with ExitStack() as stack:
            for server in (self._postgres, self._rabbit):
                stack.enter_context(server)
            self._environ = {
                **os.environ,
                "ARGOSY_EVENTS_DATABASE_URL": self._postgres.create_database("events"),
                "ARGOSY_BROKER_URL": self._rabbit.url,
                "ARGOSY_RATE_LIMIT_EVENTS": "off",
            }
            for command in ("migrate", "topology"):
                run_to_end(self._program(command), _START_SECONDS)
            with Connection(self._rabbit.url, connect_timeout=5) as connection:
                _listener(connection.channel()).declare()
            web = self._program("web", "--port", f"{self.port}", "--workers", "2")
            for name, program in {"web": web, "worker": self._program("worker")}.items():
                process = self._programs[name] = ManagedProcess(program)
                stack.callback(process.stop)
                process.start()
            running = list(self._programs.values())
            await_ready(running, lambda: is_ready(self.port), _START_SECONDS)
            yield

    def cpu(self) -> dict[str, float]:
        """Processor time so far by kind of process."""
        pids = {name: process.pid for name, process in self._programs.items()}
        pids |= {"postgres": self._postgres.pid, "rabbitmq": self._rabbit.pid}
        return {name: cpu_seconds(pid) for name, pid in pids.items()}

    def stored(self) -> int:
        """Events in the database."""
        return self._count("SELECT count(*) FROM behavior_event")

    def drained(self) -> float:
        """Wait until everything is on the streams; the seconds that took."""
        began = time.monotonic()
        while self._count("SELECT count(*) FROM pending_batch") or self._count(
            "SELECT count(*) FROM outbox"
        ):
            if time.monotonic() - began > _DRAIN_SECONDS:
                raise TimeoutError("the events do not reach their streams")
            time.sleep(0.2)
        return time.monotonic() - began

    def streamed(self) -> int:
        """Events on the stream of all behaviour."""
        found = 0
        with Connection(self._rabbit.url, connect_timeout=5) as connection:
            queue = _listener(connection.channel())
            while message := queue.get(no_ack=True):
                found += len(wire.read(wire.unpack(message.body), UserEvents).events)
        return found

    def _count(self, query: str) -> int:
        connection = psycopg2.connect(
            self._environ["ARGOSY_EVENTS_DATABASE_URL"], connect_timeout=5
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            ((found,),) = cursor.fetchall()
        connection.close()
        return int(found)

    def _program(self, command: str, *arguments: str) -> Program:
        start = (sys.executable, "-m", "libs.runtime", command, "--services", "events")
        return Program(
            name=command,
            command=(*start, *arguments),
            environ=self._environ,
            directory=_ROOT,
            log=self._directory / f"{command}.log",
        )


def main() -> int:
    """1 if an accepted event is lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.events", description=__doc__)
    parser.add_argument("--batches", type=int, default=1_500)
    parser.add_argument("--size", type=int, default=100, help="events in a batch")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with scratch_directory() as directory:
        intake = Intake(directory)
        with intake.open():
            return _measure(intake, options.batches, options.size, options.connections)


def _measure(intake: Intake, batches: int, size: int, connections: int) -> int:
    _send(intake.port, [_batch(size) for _ in range(20)])
    shares = [[_batch(size) for _ in range(batches // connections)] for _ in range(connections)]
    before, began = intake.cpu(), time.monotonic()
    with ThreadPoolExecutor(connections) as threads:
        sent = list(threads.map(lambda share: _send(intake.port, share), shares))
    seconds, after = time.monotonic() - began, intake.cpu()
    accepted = sum(events for events, _ in sent)
    drain = intake.drained()
    _print(accepted, seconds, sorted(one for _, times in sent for one in times))
    _print_cpu({name: after[name] - before[name] for name in after}, accepted, drain)
    expected = accepted + 20 * size
    stored, streamed = intake.stored(), intake.streamed()
    print(f"accepted {expected}, stored {stored}, on the stream {streamed}")
    return 0 if stored == streamed == expected else 1


def _send(port: int, batches: list[bytes]) -> tuple[int, list[float]]:
    """How many events were accepted, and how long each batch took."""
    connection, accepted, times = KeptConnection(f"http://127.0.0.1:{port}"), 0, []
    for batch in batches:
        began = time.perf_counter()
        connection.send(batch)
        answer = connection.answer()
        times.append(time.perf_counter() - began)
        if answer.status != _ACCEPTED:
            raise RuntimeError(f"the intake answered {answer.status}: {answer.body!r}")
        accepted += msgspec.json.decode(answer.body)["accepted"]
    return accepted, times


def _batch(size: int) -> bytes:
    body = {"consent": True, "events": [_event(number) for number in range(size)]}
    return request("POST", "/api/v1/events", msgspec.json.encode(body), {})


def _event(number: int) -> dict[str, Any]:
    """Mostly views, now and then something else, as in a shop."""
    common = {
        "id": str(uuid4()),
        "at": rfc3339(clock.now()),
        "session_id": uuid4().hex,
    }
    match number % 20:
        case 0:
            return common | {"type": "search", "query": "red mug", "results": 12}
        case 1:
            return common | {"type": "add_to_cart", "product_id": _PRODUCTS[number % 1_000]}
        case _:
            return common | {"type": "view", "product_id": _PRODUCTS[number % 1_000]}


def _listener(channel: Any) -> Queue:
    facts = Exchange(topology.FACTS, type="topic", durable=True)
    return Queue("bench", facts, routing_key=UserEvents.wire_name, durable=True)(channel)


def _print(accepted: int, seconds: float, times: list[float]) -> None:
    half, most = times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000
    print(f"{accepted / seconds:.0f} events/s accepted over {seconds:.1f} s", end=", ")
    print(f"a batch took {half:.0f} ms, 99 % at most {most:.0f} ms")


def _print_cpu(used: Mapping[str, float], accepted: int, drain: float) -> None:
    shares = ", ".join(f"{name} {cpu / accepted * 1e6:.0f}" for name, cpu in used.items())
    total = sum(used.values()) / accepted
    print(f"processor time in us per event: {shares}; {2 / total:.0f} events/s fill two cores")
    print(f"all were on their streams {drain:.1f} s after the last answer")


if __name__ == "__main__":
    sys.exit(main())
