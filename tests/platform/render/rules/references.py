"""Everything that an object names exists, and every Secret is one of the contract."""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.platform.render.installed import (
    Installation,
    Object,
    Workload,
    data,
    described,
    known,
    number,
    secret_keys,
)
from tools.charts.contract import default, load

_CHECKSUM = "checksum/config"


@cache
def contract() -> set[tuple[str, str]]:
    """Every Secret and key that the charts may name; no key: all of them."""
    found = {
        (one["secret"], one["key"])
        for facts in known().values()
        for one in (*facts["secrets"], facts["brokerManagement"])
    }
    administrator = default(load()["umbrella"]["administrator"])
    return found | {(administrator["secret"], administrator["key"])}


def secrets(shop: Installation) -> Iterator[str]:
    """A pod or autoscaler reads only what the contract says, and does not start without it."""
    for one in shop.workloads:
        for secret in secret_keys(one):
            if secret not in contract():
                yield f"{one} reads {secret}, which is not in the contract"
        yield from _optional(one)
    for login in shop.of("TriggerAuthentication"):
        for ref in login["spec"]["secretTargetRef"]:
            if (ref["name"], ref["key"]) not in contract():
                yield f"{described(login)} reads {ref['name']}, which is not in the contract"


def _optional(one: Workload) -> Iterator[str]:
    refs: list[Object] = [
        variable["valueFrom"]["secretKeyRef"]
        for container in one.containers
        for variable in container.get("env", [])
        if "secretKeyRef" in variable.get("valueFrom", {})
    ]
    refs += [volume["secret"] for volume in one.spec.get("volumes", []) if "secret" in volume]
    if any(ref.get("optional") for ref in refs):
        yield f"{one} starts without a Secret that it needs"


def files(shop: Installation) -> Iterator[str]:
    """A variable that names a file names one that a volume brings."""
    for one in shop.workloads:
        folders = {
            mount["mountPath"]: _content(one, mount["name"])
            for mount in one.main.get("volumeMounts", [])
        }
        for variable in one.main.get("env", []):
            path = variable.get("value", "")
            if not path.startswith("/etc/"):
                continue
            folder, _, name = path.rpartition("/")
            if path not in folders and name not in folders.get(folder, set()):
                yield f"{one}: {variable['name']} is {path}, where nothing is"


def _content(one: Workload, volume: str) -> set[str]:
    found: Object = next((each for each in one.spec["volumes"] if each["name"] == volume), {})
    return {item["path"] for item in found.get("secret", {}).get("items", [])}


def config(shop: Installation) -> Iterator[str]:
    """Plain settings come from a ConfigMap that is there, and a changed one replaces the pods."""
    maps = shop.named("ConfigMap")
    used: set[str] = set()
    for one in shop.workloads:
        for container in one.containers:
            for source in container.get("envFrom", []):
                name = source["configMapRef"]["name"]
                used.add(name)
                if name not in maps:
                    yield f"{one} reads ConfigMap/{name}, which is not there"
                elif _checksum(one) != digest(maps[name]):
                    yield f"{one} does not notice a change of ConfigMap/{name}"
    for name in maps:
        if name.endswith("-config") and name not in used:
            yield f"ConfigMap/{name} is nobody's"


def _checksum(one: Workload) -> str:
    return str(one.pod["metadata"].get("annotations", {}).get(_CHECKSUM, ""))


def digest(config_map: Object) -> str:
    """The checksum of the settings, as the templates make it."""
    text = json.dumps(dict(data(config_map)), sort_keys=True, separators=(",", ":"))
    for sign in "&<>":  # as Go's JSON has them
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return hashlib.sha256(text.encode()).hexdigest()


def services(shop: Installation) -> Iterator[str]:
    """A Service leads to a port of its pods, and every web Deployment has one."""
    for one in shop.of("Service"):
        for workload in shop.selected(one["spec"]["selector"]):
            for port in one["spec"]["ports"]:
                if number(port["targetPort"], workload.main) is None:
                    yield f"{described(one)} leads to {port['targetPort']}, which is not there"
            if workload.component != "web":
                yield f"{described(one)} leads to {workload}"
    fronted = [w.name for s in shop.of("Service") for w in shop.selected(s["spec"]["selector"])]
    for workload in shop.deployments:
        if workload.component == "web" and workload.name not in fronted:
            yield f"{workload} has no Service"


def routes(shop: Installation) -> Iterator[str]:
    """A path leads to a Service and a port that exist, only one way, and none is internal."""
    ways: dict[tuple[str, str], list[str]] = {}
    for one in shop.of("Ingress", "HTTPRoute"):
        for host, path, service, port in backends(one):
            ways.setdefault((host, path), []).append(service)
            if path.startswith("/internal") or path == "/":
                yield f"{described(one)} shows {path} to everybody"
            if not _offers(shop, service, port):
                yield f"{described(one)} leads {path} to {service}:{port}, which is not there"
    for (host, path), found in ways.items():
        if len(found) > 1:
            yield f"{host}{path} leads to {sorted(found)}"
    if ways:
        yield from _prefixes(shop, {path: found[0] for (_, path), found in ways.items()})


def _prefixes(shop: Installation, ways: dict[str, str]) -> Iterator[str]:
    """Every prefix of every service that runs leads to it."""
    fronts = {
        s["metadata"]["name"]: w.service
        for s in shop.of("Service")
        for w in shop.selected(s["spec"]["selector"])
    }
    for one in shop.deployments:
        if one.component != "web" or one.service not in known():
            continue
        for prefix in known()[one.service]["web"]["prefixes"]:
            if fronts.get(ways.get(path_of(prefix), "")) != one.service:
                yield f"{prefix} does not lead to {one.service}"


def path_of(prefix: str) -> str:
    """How a way in says a prefix; `*` stands for any one segment."""
    return prefix.replace("*", "[^/]+") + "(/.*)?" if "*" in prefix else prefix


def _offers(shop: Installation, service: str, port: Any) -> bool:
    found = shop.named("Service").get(service)
    ports = found["spec"]["ports"] if found else []
    return any(port in (each["port"], each["name"]) for each in ports)


def backends(one: Object) -> Iterator[tuple[str, str, str, Any]]:
    """Host, path, Service and port of every way that an Ingress or HTTPRoute opens."""
    if one["kind"] == "Ingress":
        for rule in one["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                to = path["backend"]["service"]
                port = to["port"].get("number", to["port"].get("name"))
                yield rule.get("host", ""), path["path"], to["name"], port
        return
    for host in one["spec"].get("hostnames", [""]):
        for rule in one["spec"]["rules"]:
            for match in rule["matches"]:
                for to in rule["backendRefs"]:
                    yield host, match["path"]["value"], to["name"], to["port"]


def monitors(shop: Installation) -> Iterator[str]:
    """Where anything is scraped, every Deployment is, once, at a port that it has."""
    found: dict[str, list[str]] = {}
    for one in shop.of("ServiceMonitor", "PodMonitor"):
        endpoints = one["spec"].get("endpoints", one["spec"].get("podMetricsEndpoints", []))
        for workload, ports in _scraped(shop, one):
            found.setdefault(workload.name, []).append(one["metadata"]["name"])
            for endpoint in endpoints:
                if endpoint["port"] not in ports or endpoint["path"] != "/metrics":
                    yield f"{described(one)} asks {endpoint['port']}{endpoint['path']}"
    if shop.of("ServiceMonitor", "PodMonitor"):
        for workload in shop.deployments:
            if len(found.get(workload.name, [])) != 1:
                yield f"{workload} is scraped {len(found.get(workload.name, []))} times"


def _scraped(shop: Installation, monitor: Object) -> Iterator[tuple[Workload, set[str]]]:
    """The workloads that a monitor finds, with the names of the ports it finds there."""
    labels = monitor["spec"]["selector"]["matchLabels"]
    if monitor["kind"] == "PodMonitor":
        for one in shop.selected(labels):
            yield one, {port["name"] for port in one.main.get("ports", [])}
        return
    for front in shop.of("Service"):
        if labels.items() <= front["metadata"]["labels"].items():
            for one in shop.selected(front["spec"]["selector"]):
                yield one, {port["name"] for port in front["spec"]["ports"]}


RULES = (secrets, files, config, services, routes, monitors)
