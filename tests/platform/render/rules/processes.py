"""Each container starts a process that the code knows, told all it needs, probed at its port."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from libs.db.settings import database_url
from libs.runtime.__main__ import parser
from libs.settings import SettingsError
from tests.platform.render.installed import (
    Installation,
    Object,
    Workload,
    environment,
    known,
    number,
    role,
    services,
)

_PROBES = {"startupProbe": "/livez", "readinessProbe": "/readyz", "livenessProbe": "/livez"}
_LITERAL_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@|BEGIN [A-Z ]*PRIVATE KEY|whsec_")
# What stands in a Secret, so that settings can be read as the process would.
_SAMPLES = {
    "DATABASE_URL": "postgresql://a:b@c/d",
    "SMTP_URL": "smtp://a:b@c",
    "SECRETS": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
}


def arguments(shop: Installation) -> Iterator[str]:
    """The runtime takes the words, and they are for the services of the pod."""
    for one in shop.workloads:
        wanted = known().get(one.service, {}).get("services")
        for container in one.containers:
            words = _parsed(container)
            if words is None and "command" not in container:
                yield f"{one}: the runtime does not take {container.get('args')}"
            elif wanted and words and words.services.split(",") != wanted:
                yield f"{one}: {container['name']} is for {words.services}"


def _parsed(container: Object) -> Any:
    """What the runtime makes of the words; None for another program, or for words it refuses."""
    if "command" in container:
        return None
    try:
        return parser().parse_args(container.get("args", []))
    except SystemExit:
        return None


def roles(shop: Installation) -> Iterator[str]:
    """A component starts what it is called after."""
    for one in shop.workloads:
        words = _parsed(one.main)
        if words is None or one.service not in known():
            continue
        pool = getattr(words, "pool", None)
        started = f"worker-{pool}" if pool else words.command
        if started != one.component:
            yield f"{one} starts {started}"


def every_process_is_there(shop: Installation) -> Iterator[str]:
    """A service that has a web part has its pools too, and the other way round."""
    found: dict[str, set[str]] = {}
    for one in shop.deployments:
        found.setdefault(one.service, set()).add(one.component)
    for service, components in found.items():
        if service not in known():
            continue
        wanted = {"web", *(f"worker-{pool}" for pool in known()[service]["workers"])}
        if components != wanted:
            yield f"{service} has {sorted(components)} instead of {sorted(wanted)}"


def probed(shop: Installation) -> Iterator[str]:
    """What runs for ever has three probes, each asking for what it is there to decide."""
    for one in shop.deployments:
        for kind, path in _PROBES.items():
            probe = one.main.get(kind, {}).get("httpGet")
            if probe is None:
                yield f"{one} has no {kind}"
            elif number(probe["port"], one.main) is None:
                yield f"{one}: the {kind} asks a port that is not there"
            elif probe["path"] != path:
                yield f"{one}: the {kind} asks {probe['path']}"
        yield from _patience(one)


def listens(shop: Installation) -> Iterator[str]:
    """The process opens the ports that its container declares."""
    for one in shop.deployments:
        if _listens_on(one.main) != {port["containerPort"] for port in one.main.get("ports", [])}:
            yield f"{one} does not listen where its ports say"


def _patience(one: Workload) -> Iterator[str]:
    """A busy process is not killed by a probe that lost patience."""
    startup, live = one.main.get("startupProbe", {}), one.main.get("livenessProbe", {})
    if startup.get("periodSeconds", 0) * startup.get("failureThreshold", 0) < 30:
        yield f"{one} has less than 30 s to start"
    if live.get("periodSeconds", 0) * live.get("failureThreshold", 0) < 20:
        yield f"{one} is killed when it is busy for less than 20 s"


def _listens_on(container: Object) -> set[int]:
    words = _parsed(container)
    port = getattr(words, "port", None) or environment(container).get("ARGOSY_WORKER_PORT")
    host = getattr(words, "host", None) or environment(container).get("ARGOSY_WORKER_HOST")
    return {int(port)} if port and host == "0.0.0.0" else set()  # noqa: S104 - inside a pod


def told_everything(shop: Installation) -> Iterator[str]:
    """Every setting that the process reads is there and has a meaning, so it would start."""
    for one in shop.workloads:
        if one.service not in known():
            continue
        environ = {
            name: _value(name, value)
            for name, value in (shop.config_of(one.main) | environment(one.main)).items()
        }
        for read in _readers(one):
            try:
                read(environ)
            except SettingsError as fault:
                yield f"{one}: {fault}"
        if missing := _credentials(one) - environ.keys():
            yield f"{one} is not given {', '.join(sorted(missing))}"


def _value(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return next((text for end, text in _SAMPLES.items() if name.endswith(end)), "amqp://a:b@c/d")


def _readers(one: Workload) -> list[Any]:
    ours = [services()[name] for name in known()[one.service]["services"]]
    read = [partial(database_url, service.name) for service in ours]
    if one.component == "migrate":
        return read
    if one.component == "topology":
        return []
    groups = [group for service in ours for group in service.settings[:4]]
    if one.component == "web":
        groups += [service.web.settings for service in ours if service.web.settings]
    else:
        pool = one.component.removeprefix("worker-")
        workers = [service.pools[pool] for service in ours if pool in service.pools]
        read = [partial(database_url, worker.name) for worker in workers]
        groups += [worker.settings for worker in workers if worker.settings]
    return [*read, *(group.from_env for group in dict.fromkeys(groups))]


def _credentials(one: Workload) -> set[str]:
    """The variables of what the values do not leave out."""
    wanted = role(one).get("secrets", [])
    contract = known()[one.service]["secrets"]
    return {each["variable"] for each in contract if each["id"] in wanted and "given" not in each}


def no_secret_in_plain_sight(shop: Installation) -> Iterator[str]:
    """No Secret is rendered, and no plain value holds what belongs in one."""
    yield from (f"Secret/{one['metadata']['name']} is rendered" for one in shop.of("Secret"))
    for one in shop.of("ConfigMap"):
        for key, value in one.get("data", {}).items():
            if _LITERAL_PASSWORD.search(value) and not key.endswith(".json"):
                yield f"ConfigMap/{one['metadata']['name']} shows what {key} is"
    for workload in shop.workloads:
        for container in workload.containers:
            for name, value in environment(container).items():
                if isinstance(value, str) and _LITERAL_PASSWORD.search(value):
                    yield f"{workload} shows what {name} is"


RULES = (
    arguments,
    roles,
    every_process_is_there,
    probed,
    listens,
    told_everything,
    no_secret_in_plain_sight,
)
