"""Starts the whole shop on this machine, keeps it up until told to stop, and ends all of it."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from libs.runtime import registry
from libs.runtime.keys import make_keys
from libs.settings import SettingsError
from libs.testing.installation import Installation, Servers
from libs.testing.process import ManagedProcess, ProcessFailed, Program, is_ready, run_to_end
from libs.testing.servers.private import free_port
from tools.run import databases
from tools.run.demo.show import Stage, show
from tools.run.leftovers import Leftovers
from tools.run.place import Place
from tools.run.postgres import EmbeddedPostgres
from tools.run.settings import RunSettings
from tools.run.supervisor import Supervisor
from tools.run.valkey import EmbeddedValkey

_READY_SECONDS = 120.0
_MIGRATION_SECONDS = 120.0
# Every process serves all services, so a few connections for each of them are plenty.
_SIZES = {"ARGOSY_DATABASE_POOL_SIZE": "4"}
_WEB_PROCESSES, _WEB_THREADS = 2, 8
_STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked the launcher to stop."""


class Launcher:
    """One run of the shop, from the first server to the last farewell."""

    def __init__(self, settings: RunSettings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._place = place = Place(settings.home)
        self._say = say
        self._supervisor = Supervisor(Leftovers(place.folder / "children"), say)
        self._stopping = False

    def run(self) -> None:
        """Start, show the demo, stay; returns when asked to stop, with nothing left running."""
        for number in _STOPPERS:
            signal.signal(number, self._ask_to_stop)
        began = time.monotonic()
        try:
            with self.up() as installation:
                self._say(f"Argosy is ready after {time.monotonic() - began:.1f} s")
                show(Stage(self._url, self._place, installation, self._say, self.look))
                while True:
                    self.look()
                    time.sleep(0.5)
        except Stopped:
            self._say(f"Argosy has stopped; the data stay in {self._place.folder}")

    @contextmanager
    def up(self) -> Iterator[Installation]:
        """The shop, empty or as it was left, until the block ends; call `look` now and then."""
        with self._place.held():
            try:
                yield self._start()
            finally:
                self._supervisor.stop()

    def look(self) -> None:
        """Keep the children up; raises Stopped once the launcher was asked to stop."""
        if self._stopping:
            raise Stopped
        self._supervisor.look()

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._settings.port}"

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _start(self) -> Installation:
        _refuse_taken(self._settings.port)
        Leftovers(self._place.folder / "children").end()
        self._place.logs.mkdir(mode=0o700, exist_ok=True)
        services = registry.select("all")
        installation = self._installation(services)
        self._finish(installation.migration())
        self._finish(installation.topology())
        everything = ",".join(services)
        web = installation.web("web", everything, self._settings.port, _WEB_PROCESSES, _WEB_THREADS)
        for program in (
            installation.simulator(),
            web,
            installation.worker("worker-saga", everything, "saga"),
            installation.worker("worker-jobs", everything, "jobs"),
        ):
            self._supervisor.start(ManagedProcess(program))
        self._await_ready()
        return installation

    def _installation(self, services: Sequence[str]) -> Installation:
        return Installation(
            servers=self._servers(services),
            keys=make_keys(self._place.keys),
            webhook_key=self._place.password("webhook").encode(),
            simulator_port=free_port(),
            public_url=self._url,
            carts_url="local:carts",
            logs=self._place.logs,
            journal=self._place.payments,
            extra=_SIZES | {"ARGOSY_CATALOG_MEDIA_URL": f"file://{self._place.folder}/media"},
        )

    def _servers(self, services: Sequence[str]) -> Servers:
        admin_url = self._settings.database_url
        if not admin_url:
            postgres = EmbeddedPostgres(self._place)
            self._supervisor.start(postgres)
            admin_url = postgres.url
        broker, redis = self._settings.broker_url, self._settings.redis_url
        if not (broker and redis):
            valkey = EmbeddedValkey(self._place)
            self._supervisor.start(valkey)
            broker, redis = broker or f"{valkey.url}/0", redis or f"{valkey.url}/1"
        return Servers(databases.ensure(admin_url, services, self._place), broker, redis)

    def _finish(self, program: Program) -> None:
        run_to_end(program, _MIGRATION_SECONDS, self._refuse_to_go_on)

    def _refuse_to_go_on(self) -> None:
        """While the shop starts, a child that ends is not started again: it would end again."""
        if self._stopping:
            raise Stopped
        self._supervisor.demand_all_running()

    def _await_ready(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        while not is_ready(self._settings.port):
            self._refuse_to_go_on()
            if time.monotonic() > until:
                raise ProcessFailed(f"the web part is not ready; see {self._place.logs}/web.log")
            time.sleep(0.1)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            reason = os.strerror(fault.errno or 0)
            another = "choose another one with ARGOSY_PORT"
            raise SettingsError(f"port {port} cannot be used ({reason}); {another}") from fault
