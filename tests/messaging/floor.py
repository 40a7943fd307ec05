"""The toy services installed on real servers: their databases, workers, and what can be counted."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import urllib3
from flask import Flask
from kombu import Connection

from libs.db.migrate import PLATFORM, apply
from libs.db.transaction import transaction
from libs.messaging.publisher import Publisher
from libs.messaging.relay import Relay, attach
from libs.messaging.topology import DELIVERY_LIMIT, DIRECT, declare
from libs.messaging.wire import Outgoing, pack
from libs.saga.definition import Saga
from libs.saga.orchestrator import start
from libs.service import create_context_app
from libs.testing.process import ManagedProcess, Program, await_ready
from libs.testing.servers.postgres import Databases
from libs.testing.servers.private import free_port
from tests.messaging.toys import HEARS, NAMES, TABLES, TRIP, Plan, Work, saga_number

REPOSITORY = Path(__file__).parents[2]
Statuses = dict[str, int]


def make_template(postgres: Databases) -> str:
    """A database with the platform's tables and the toys' own, to be copied."""
    template = f"toys_{uuid4().hex}"
    url = postgres.create_database(template)
    apply(url.replace("postgresql:", "postgresql+psycopg2:"), [PLATFORM])
    with _connection(url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
    return template


def install(postgres: Databases, template: str) -> dict[str, str]:
    """A database for each toy."""
    return {
        name: postgres.create_database(f"{name}_{uuid4().hex}", template=template) for name in NAMES
    }


@contextmanager
def _connection(url: str) -> Iterator[Any]:
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        connection.autocommit = True
        yield connection
    finally:
        connection.close()


class Floor:
    """Starts sagas and workers, asks the databases."""

    def __init__(
        self,
        databases: dict[str, str],
        broker_url: str,
        directory: Path,
        limit: int = DELIVERY_LIMIT,
    ) -> None:
        self.limit = limit
        self.databases = databases
        self.broker_url = broker_url
        self.directory = directory
        self.environ = {
            **{f"ARGOSY_{name.upper()}_DATABASE_URL": url for name, url in databases.items()},
            "ARGOSY_BROKER_URL": broker_url,
            "ARGOSY_DELIVERY_LIMIT": str(limit),
            "TOYS_LEDGER": databases["gamma"],
        }
        self.publisher = Publisher(broker_url)
        self.desk = create_context_app("desk", self.environ)
        attach(self.desk, Relay(broker_url))
        self._workers: list[Worker] = []

    def declare(self) -> None:
        declare(self.broker_url, NAMES, HEARS, self.limit)

    def worker(self, pool: str = "saga", *, wait: bool = True, **environ: str) -> "Worker":
        """A worker process, running and, unless told not to wait, ready."""
        worker = Worker(self, f"{pool}-{len(self._workers) + 1}", pool, environ)
        self._workers.append(worker)
        worker.start(wait=wait)
        return worker

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        self.publisher.close()

    def begin(self, numbers: Sequence[int], mode: str = "ok", saga: Saga[Plan] = TRIP) -> None:
        """Start sagas, each in a transaction of its own."""
        for number in numbers:
            begin(self.desk, saga, Plan(number=number, mode=mode))

    def send(self, *messages: Outgoing) -> None:
        self.publisher.publish(messages)

    def work(self, number: int, mode: str = "ok") -> None:
        """Give the jobs pool a job."""
        self.send(pack(Work(number=number, mode=mode), source="test"))

    def post(self, queue: str, body: bytes, **headers: str) -> None:
        """Put any bytes into a queue."""
        with Connection(self.broker_url, connect_timeout=2) as connection:
            connection.Producer(serializer=None).publish(
                body,
                routing_key=queue,
                exchange=DIRECT,
                headers=headers,
                content_type="application/json",
                content_encoding="utf-8",
            )

    def rows(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with (
            _connection(self.databases[service]) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def statuses(self) -> Statuses:
        """How many sagas are in each status."""
        return dict(self.rows("desk", "SELECT status, count(*) FROM saga GROUP BY status"))

    def running(self) -> int:
        rows = self.rows("desk", "SELECT count(*) FROM saga WHERE ended_at IS NULL")
        return int(rows[0][0])

    def effects(self, service: str, kind: str = "do") -> Counter[int]:
        """How often each number had this effect."""
        rows = self.rows(
            service, "SELECT number, count(*) FROM effect WHERE kind = %s GROUP BY number", kind
        )
        return Counter(dict(rows))

    def dead(self, service: str) -> list[str]:
        """The reasons of the dead letters."""
        return [row[0] for row in self.rows(service, "SELECT reason FROM dead_letter ORDER BY id")]

    def all_dead(self) -> list[str]:
        return [reason for name in NAMES for reason in self.dead(name)]

    def depth(self, queue: str) -> int:
        """Messages in the queue that nobody holds."""
        with Connection(self.broker_url, connect_timeout=2) as connection:
            channel = connection.default_channel
            if not self.broker_url.startswith("amqp"):
                return int(channel._size(queue))  # An empty list does not exist in Redis.
            return int(channel.queue_declare(queue, passive=True).message_count)


class Worker:
    """One worker process of the toys; its probes tell when it is ready."""

    def __init__(self, floor: Floor, name: str, pool: str, environ: dict[str, str]) -> None:
        self.port = free_port()
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            **floor.environ,
            "ARGOSY_WORKER_PORT": str(self.port),
            **environ,
        }
        command = (sys.executable, "-m", "tests.messaging.program", pool)
        log = floor.directory / f"{name}.log"
        self.process = ManagedProcess(Program(name, command, variables, floor.directory, log))

    def start(self, *, wait: bool = True) -> None:
        self.process.start()
        if wait:
            await_ready([self.process], lambda: self.get("/readyz")[0] == 200, 30)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a probe; 0 when nobody answers."""
        try:
            answer = urllib3.request(
                "GET", f"http://127.0.0.1:{self.port}{path}", retries=False, timeout=5.0
            )
        except urllib3.exceptions.HTTPError:
            return 0, ""
        return answer.status, answer.data.decode()

    def log(self) -> str:
        return self.process.log.read_text("utf-8", "replace")


def begin(desk: Flask, saga: Saga[Plan], plan: Plan) -> UUID:
    """Start one saga as a route would."""
    saga_id = saga_number(plan.number)
    with desk.app_context(), transaction() as session:
        start(session, saga, plan, saga_id=saga_id, business_key=str(plan.number))
    return saga_id


def eventually(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True


def once(numbers: Sequence[int]) -> Counter[int]:
    """What `effects` returns when each number had its effect exactly once."""
    return Counter(dict.fromkeys(numbers, 1))
