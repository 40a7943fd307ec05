"""A whole Argosy of its own on this machine, with real servers: for tests, chaos and benchmarks.

with Cluster(directory, layout="per_service") as cluster:
    cluster.url_for("/api/v1/orders")        # where that path is served
    victim = cluster.process("worker", "orders")
    cluster.kill(victim)
    cluster.restart(victim)
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from kombu import Connection

from libs.messaging.topology import commands
from libs.runtime import registry
from libs.runtime.keys import make_keys
from libs.testing.installation import Installation, Servers
from libs.testing.process import (
    ManagedProcess,
    ProcessFailed,
    Program,
    await_ready,
    cpu_seconds,
    is_ready,
    run_to_end,
)
from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.private import PrivateServer, free_port
from libs.testing.servers.rabbit import RabbitServer
from libs.testing.servers.redis import RedisServer

Layout = Literal["compact", "per_service"]
Kind = Literal["web", "worker", "jobs", "simulator"]
_START_SECONDS = 180.0
_AT_ONCE = 64
_WEBHOOK_KEY = b"the webhook key of a test cluster"


@dataclass(frozen=True)
class Size:
    """How many processes and threads serve; `workers` counts the saga workers of each group."""

    web_processes: int = 1
    web_threads: int = 8
    workers: int = 1


@dataclass(frozen=True)
class ClusterProcess:
    """One program of the cluster: what it does, for which services, and its process."""

    kind: Kind
    services: tuple[str, ...]
    process: ManagedProcess
    port: int | None = None

    @property
    def service(self) -> str:
        """The service it works for, or `all`."""
        return self.services[0] if len(self.services) == 1 else "all"

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.running


class Cluster:
    """`compact`: one web and one worker for all services; `per_service`: each has its own.

    Everything ends with the process that started it. Data and logs are in the directory. With
    `metrics` the workers and the broker serve /metrics as well.
    """

    def __init__(
        self,
        directory: Path,
        *,
        layout: Layout = "compact",
        size: Size = Size(),
        environ: Mapping[str, str] | None = None,
        fsync: bool = False,
        metrics: bool = False,
    ) -> None:
        self.postgres = PostgresServer(directory, fsync=fsync)
        self.rabbit = RabbitServer(directory, fsync=fsync, metrics=metrics)
        self._metrics = metrics
        self.redis = RedisServer(directory)
        self.services = registry.select("all")
        self._directory = directory
        self._size = size
        per_service = tuple((name,) for name in self.services)
        self._groups = per_service if layout == "per_service" else (self.services,)
        self._ports = {group: free_port() for group in self._groups}
        self._extra = dict(environ or {})
        self._installation: Installation | None = None
        self._processes: list[ClusterProcess] = []

    @property
    def installation(self) -> Installation:
        """Addresses, keys and environment; known once the cluster was started."""
        if self._installation is None:
            raise ProcessFailed("the cluster was not started yet")
        return self._installation

    def url_of(self, service: str) -> str:
        """The base URL of one service."""
        port = next(port for group, port in self._ports.items() if service in group)
        return f"http://127.0.0.1:{port}"

    def url_for(self, path: str) -> str:
        """The full URL of a path, at the service that declares the longest prefix of it."""
        owner = registry.owners(self.services).find(path.partition("?")[0])
        if owner is None:
            raise ValueError(f"no service has the path {path}")
        return self.url_of(owner) + path

    def processes(self, kind: Kind | None = None) -> list[ClusterProcess]:
        """All programs of ours, running or not, in the order of their start."""
        return [one for one in self._processes if kind in (None, one.kind)]

    def process(self, kind: Kind, service: str = "all") -> ClusterProcess:
        """The first program of that kind that works for the service."""
        for one in self.processes(kind):
            if service == "all" or service in one.services:
                return one
        raise ProcessFailed(f"the cluster has no {kind} for {service}")

    def kill(self, process: ClusterProcess) -> None:
        """SIGKILL it and everything below it; all of it is gone when this returns."""
        process.process.kill()

    def restart(self, process: ClusterProcess, *, wait: bool = True) -> None:
        """Start it again, after an orderly end if it still runs."""
        process.process.stop()
        process.process.start()
        if wait:
            self._await((process,))

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time so far by kind of process, servers included."""
        used: dict[str, float] = defaultdict(float)
        for one in self._processes:
            if one.running:
                used[one.kind] += cpu_seconds(one.pid)
        for server in self._servers():
            if server.running:
                used[server.name] += cpu_seconds(server.pid)
        return dict(used)

    def start(self) -> None:
        """Start everything and wait until every service can answer."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything in order: our programs, then the servers."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(lambda one: one.process.stop(), self._processes))
            list(threads.map(lambda server: server.stop(), self._servers()))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _servers(self) -> tuple[PrivateServer, ...]:
        return (self.postgres, self.rabbit, self.redis)

    def _start(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(lambda server: server.start(), self._servers()))
        self._installation = self._install()
        for program in (self._installation.migration(), self._installation.topology()):
            run_to_end(program, _START_SECONDS)
        self._processes = list(self._plan(self._installation))
        for one in self._processes:
            one.process.start()
        self._await(self._processes)

    def _install(self) -> Installation:
        databases = {name: self.postgres.create_database(name) for name in self.services}
        return Installation(
            servers=Servers(databases, self.rabbit.url, self.redis.url),
            keys=make_keys(self._directory / "keys"),
            webhook_key=_WEBHOOK_KEY,
            simulator_port=free_port(),
            public_url=self.url_of("payments"),
            carts_url="local:carts" if len(self._groups) == 1 else self.url_of("carts"),
            logs=self._directory / "logs",
            journal=self._directory / "payments.jsonl",
            extra=self._extra,
        )

    def _plan(self, installation: Installation) -> Iterator[ClusterProcess]:
        yield _process("simulator", ("payments",), installation.simulator())
        size = self._size
        for group, port in self._ports.items():
            label, names = _label(group), ",".join(group)
            web = installation.web(
                f"web-{label}", names, port, size.web_processes, size.web_threads
            )
            yield _process("web", group, web, port)
            workers = size.workers if registry.worker_entries(group, "saga") else 0
            for number in range(1, workers + 1):
                probes = self._probes()
                saga = installation.worker(f"worker-{label}-{number}", names, "saga", probes)
                yield _process("worker", group, saga, probes)
            if registry.worker_entries(group, "jobs"):
                probes = self._probes()
                jobs = installation.worker(f"jobs-{label}", names, "jobs", probes)
                yield _process("jobs", group, jobs, probes)

    def _probes(self) -> int | None:
        return free_port() if self._metrics else None

    def _await(self, processes: Sequence[ClusterProcess]) -> None:
        """Wait until each web port answers and each service of a worker has a consumer."""
        ports = [one.port for one in processes if one.port]
        workers = [one for one in processes if one.kind == "worker"]
        entries = [registry.worker_entries(one.services, "saga") for one in workers]
        queues = [commands(entry.name) for group in entries for entry in group]
        await_ready(
            [one.process for one in processes],
            lambda: all(map(is_ready, ports)) and self._consumed(queues),
            _START_SECONDS,
        )

    def _consumed(self, queues: Sequence[str]) -> bool:
        if not queues:
            return True
        with Connection(self.rabbit.url, connect_timeout=2) as connection:
            channel = connection.channel()
            return all(
                channel.queue_declare(queue, passive=True).consumer_count for queue in queues
            )


def _process(
    kind: Kind, services: tuple[str, ...], program: Program, port: int | None = None
) -> ClusterProcess:
    return ClusterProcess(kind, services, ManagedProcess(program), port)


def _label(group: tuple[str, ...]) -> str:
    return group[0] if len(group) == 1 else "all"
