"""What the code knows about each service and its chart must not say again: facts.yaml."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Any

from libs.db.settings import DatabaseSettings, engine_options
from libs.http.blueprint import INTERNAL
from libs.http.settings import HttpSettings
from libs.messaging.liveness import LONGEST_PAUSE
from libs.messaging.settings import MessagingSettings
from libs.messaging.worker import CONFIGURATION, WorkerService, arguments
from libs.runtime import aliases, registry
from libs.runtime.http_server import DRAIN_SECONDS
from libs.runtime.settings import ProcessSettings
from libs.settings import Settings
from tools.charts import credentials
from tools.charts.credentials import Credential

ALL_IN_ONE = "all-in-one"
JWKS = "ARGOSY_JWKS_URL"
_JWKS_PATH = "/api/v1/accounts/.well-known/jwks.json"
# The provider of an evaluation, which the chart data-eval runs.
SIMULATOR = "payment-simulator"
_SIMULATOR_URL = "ARGOSY_PAYMENTS_SIMULATOR_URL"
# Set by the charts alone, or meant for tests.
_OURS = {"ARGOSY_WORKER_HOST", "ARGOSY_WORKER_PORT", "ARGOSY_FAILPOINTS", "ARGOSY_PROFILE_FOLDER"}
POOLS = ("saga", "jobs")


@dataclass(frozen=True)
class Address:
    """A setting whose value is the address of a Service of the same installation."""

    variable: str
    service: str
    path: str = ""
    local: str = ""

    def facts(self) -> dict[str, str]:
        """As the templates read it."""
        place = {"local": self.local} if self.local else {"service": self.service}
        return {"variable": self.variable, **place, "path": self.path}

    def inside(self, process: str) -> "Address":
        """The same, where caller and callee are one process."""
        if self.path:  # for the URL of a thing, not of a service that our own client calls
            return replace(self, service=process)
        return replace(self, local=self.service)


class Service:
    """One service, as its code describes it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.web = registry.web_entry(name)
        self._worker = registry.worker_entries([name], "saga")[0]

    @cached_property
    def pools(self) -> dict[str, WorkerService]:
        """The worker of each pool that has work here."""
        return {pool: self._worker for pool in POOLS if registry.worker_entries([self.name], pool)}

    @property
    def prefixes(self) -> list[str]:
        """The paths that the edge may send here, older addresses among them."""
        own = [prefix for prefix in self.web.prefixes if not prefix.startswith(INTERNAL)]
        older = aliases.roots(registry.owners(registry.discover()), self.name)
        return _outermost([*own, *older])

    @cached_property
    def web_credentials(self) -> list[Credential]:
        """What the web pods need."""
        shared = [credentials.database(self.name), credentials.broker(self.name)]
        http = [credentials.REDIS, credentials.SERVICE_JWKS]
        return shared + http + credentials.own(self.name, self.web.settings)

    @cached_property
    def worker_credentials(self) -> list[Credential]:
        """What the worker pods need."""
        shared = [credentials.database(self.name), credentials.broker(self.name)]
        return shared + credentials.own(self.name, self._worker.settings)

    @cached_property
    def web_addresses(self) -> list[Address]:
        """Whom the web pods call."""
        return [Address(JWKS, "accounts", _JWKS_PATH), *_addresses(self.web.settings)]

    @cached_property
    def worker_addresses(self) -> list[Address]:
        """Whom the worker pods call."""
        return _addresses(self._worker.settings)

    @cached_property
    def credentials(self) -> list[Credential]:
        """Every credential of the service, each once."""
        return list(dict.fromkeys(self.web_credentials + self.worker_credentials))

    @cached_property
    def settings(self) -> list[type[Settings]]:
        """The groups of settings that its processes read."""
        platform = [ProcessSettings, HttpSettings, DatabaseSettings, MessagingSettings]
        own = {self.web.settings, self._worker.settings} - {None}
        return platform + sorted(own, key=lambda group: group.__name__)


def discover() -> list[Service]:
    """Every service of the repository."""
    return [Service(name) for name in registry.discover()]


def config_variables(service: Service) -> dict[str, tuple[type[Settings], str]]:
    """The settings that values may hold: variable, and where the code declares it."""
    hidden = _OURS | credentials.variables(service.credentials)
    return {
        group.variable(field.name): (group, field.name)
        for group in service.settings
        for field in fields(group)
        if group.variable(field.name) not in hidden
    }


CredentialId = Callable[[Service, Credential], str]


def of_service(service: Service) -> dict[str, Any]:
    """The facts of one service's chart."""
    return _facts(service.name, [service], credential_id=lambda _, credential: credential.id)


def of_all_in_one(services: Sequence[Service]) -> dict[str, Any]:
    """The facts of the one set of workloads that stands for all services."""
    own = {credentials.REDIS.id, credentials.SERVICE_JWKS.id, "broker"}

    def credential_id(service: Service, credential: Credential) -> str:
        if credential.id in own:
            return credential.id
        return f"{service.name}{credential.id[0].upper()}{credential.id[1:]}"

    return _facts(ALL_IN_ONE, services, credential_id=credential_id)


def _facts(name: str, services: Sequence[Service], credential_id: CredentialId) -> dict[str, Any]:
    size = engine_options(DatabaseSettings())
    contract = _contract(name, services, credential_id)

    def ids(part: str, some: Sequence[Service]) -> list[str]:
        every = [credential_id(one, each) for one in some for each in getattr(one, part)]
        return list(dict.fromkeys(every))

    return {
        "name": name,
        "image": f"argosy/{name}",
        "services": [service.name for service in services],
        "databases": [credential_id(one, credentials.database(one.name)) for one in services],
        "pool": {"size": size["pool_size"], "overflow": size["max_overflow"]},
        "web": {
            "drainSeconds": DRAIN_SECONDS,
            "prefixes": _outermost([one for service in services for one in service.prefixes]),
            "secrets": ids("web_credentials", services),
            "addresses": _addresses_of(name, services, "web_addresses"),
        },
        "workers": {
            pool: _pool(pool, [one.pools[pool] for one in some])
            | {"secrets": ids("worker_credentials", some)}
            | {"addresses": _addresses_of(name, some, "worker_addresses")}
            for pool in POOLS
            if (some := [service for service in services if pool in service.pools])
        },
        "secrets": contract,
        "brokerManagement": credentials.management(name),
        "required": sorted({one for service in services for one in _required(service)}),
    }


def _outermost(prefixes: Sequence[str]) -> list[str]:
    """Without those that lie below another one, since all lead to the same place."""
    return [
        one
        for one in prefixes
        if not any(one.startswith(f"{other}/") for other in prefixes if other != one)
    ]


def _contract(
    name: str, services: Sequence[Service], credential_id: CredentialId
) -> list[dict[str, Any]]:
    """Every Secret that a chart names; one process has one user at the broker."""
    found: dict[str, dict[str, Any]] = {}
    for service in services:
        for credential in service.credentials:
            key = credential_id(service, credential)
            mine = credentials.broker(name) if credential.id == "broker" else credential
            found[key] = mine.facts() | {"id": key}
    return list(found.values())


def _required(service: Service) -> Iterator[str]:
    """Settings without a default that neither a Secret nor an address sets."""
    addresses = service.web_addresses + service.worker_addresses
    given = {address.variable for address in addresses}
    for variable, (group, name) in config_variables(service).items():
        field = next(one for one in fields(group) if one.name == name)
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        if not has_default and variable not in given:
            yield variable


def _pool(pool: str, workers: Sequence[WorkerService]) -> dict[str, Any]:
    words = arguments(workers, pool)
    size = next(word for word in words if word.startswith("--concurrency="))
    return {
        "queues": words[words.index("--queues") + 1].split(","),
        "processes": int(size.partition("=")[2]),
        "longestSeconds": CONFIGURATION["task_time_limit"]
        if pool == "jobs"
        else int(LONGEST_PAUSE),
    }


def _addresses_of(name: str, services: Sequence[Service], part: str) -> list[dict[str, str]]:
    """Where a service of the same process is called without a network, unless it is a plain URL."""
    own = {service.name for service in services} if name == ALL_IN_ONE else set()
    every = [address for service in services for address in getattr(service, part)]
    return [
        (address.inside(name) if address.service in own else address).facts()
        for address in dict.fromkeys(every)
    ]


def _addresses(settings: type[Settings] | None) -> list[Address]:
    if settings is None:
        return []
    known = {f"{name}_url": name for name in registry.discover()}
    found = []
    for field in fields(settings):
        variable = settings.variable(field.name)
        if field.name in known:
            found.append(Address(variable, known[field.name]))
        elif variable == _SIMULATOR_URL:
            found.append(Address(variable, SIMULATOR))
    return found
