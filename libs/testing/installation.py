"""What the programs of a whole installation are told, and how each of them is started."""

import base64
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from libs.runtime.keys import KeyFiles
from libs.testing.process import Program

ROOT = Path(__file__).resolve().parents[2]
_WEBHOOK_PATH = "/api/v1/payments/webhooks/simulator"


@dataclass(frozen=True)
class Servers:
    """The servers that an installation stands on; one database for each service."""

    databases: Mapping[str, str]
    broker: str
    redis: str


@dataclass(frozen=True)
class Installation:
    """One set of servers, keys and ports, and the folders of its logs and journal."""

    servers: Servers
    keys: KeyFiles
    webhook_key: bytes
    simulator_port: int
    public_url: str
    carts_url: str
    logs: Path
    journal: Path
    extra: Mapping[str, str]

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def webhook_secret(self) -> str:
        return f"whsec_{base64.b64encode(self.webhook_key).decode()}"

    def environ(self) -> dict[str, str]:
        """The caller's environment, with the addresses and keys of this installation."""
        databases = {
            f"ARGOSY_{service.upper()}_DATABASE_URL": url
            for service, url in self.servers.databases.items()
        }
        ours = databases | {
            "ARGOSY_BROKER_URL": self.servers.broker,
            "ARGOSY_REDIS_URL": self.servers.redis,
            "ARGOSY_RECOMMENDATIONS_REDIS_URL": self.servers.redis,
            "ARGOSY_JWKS_URL": f"file://{self.keys.accounts_jwks}",
            "ARGOSY_SERVICE_JWKS": str(self.keys.service_jwks),
            "ARGOSY_ACCOUNTS_KEYS_DIR": str(self.keys.accounts),
            "ARGOSY_ORDERS_CARTS_URL": self.carts_url,
            "ARGOSY_ORDERS_SERVICE_KEY": str(self.keys.service("orders")),
            "ARGOSY_PAYMENTS_SIMULATOR_URL": self.simulator_url,
            "ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS": self.webhook_secret,
        }
        return {**os.environ, **ours, **self.extra}

    def web(self, name: str, services: str, port: int, workers: int, threads: int) -> Program:
        """The HTTP side of some services on one port."""
        size = ("--workers", f"{workers}", "--threads", f"{threads}")
        return self._runtime(name, "web", "--services", services, "--port", f"{port}", *size)

    def worker(self, name: str, services: str, pool: str, probes: int | None = None) -> Program:
        """The consumers of one pool for some services, with their probes at a port if given."""
        made = self._runtime(name, "worker", "--services", services, "--pool", pool)
        if probes is None:
            return made
        return replace(made, environ={**made.environ, "ARGOSY_WORKER_PORT": f"{probes}"})

    def migration(self) -> Program:
        """Ends when every database has the schema of this code."""
        return self._runtime("migrate", "migrate", "--services", ",".join(self.servers.databases))

    def topology(self) -> Program:
        """Ends when every exchange and queue is declared."""
        return self._runtime("topology", "topology", "--services", ",".join(self.servers.databases))

    def administrator(self, email: str, name: str, password: str) -> Program:
        """Ends when that administrator exists; one who exists already keeps the old password."""
        person = ("--email", email, "--name", name)
        made = self._program("administrator", "services.accounts.cli", "create-admin", *person)
        environ = {**made.environ, "ARGOSY_ADMIN_PASSWORD": password}
        return replace(made, environ=environ)

    def simulator(self) -> Program:
        """The payment provider, which tells the shop about everything its buyers do."""
        return self._program(
            "payment_simulator",
            "libs.testing.payment_simulator",
            *("--port", f"{self.simulator_port}", "--journal", f"{self.journal}"),
            *("--webhook-url", f"{self.public_url}{_WEBHOOK_PATH}"),
            *("--webhook-secret", self.webhook_secret),
        )

    def _runtime(self, name: str, command: str, *arguments: str) -> Program:
        return self._program(name, "libs.runtime", command, *arguments)

    def _program(self, name: str, module: str, *arguments: str) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-m", module, *arguments),
            environ=self.environ(),
            directory=ROOT,
            log=self.logs / f"{name}.log",
        )
