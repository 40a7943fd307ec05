"""Who may speak with whom: both sides of every call agree, and nothing else is open."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from tests.platform.render.installed import (
    IDENTITY,
    Installation,
    Object,
    Workload,
    described,
    environment,
    known,
    role,
    services,
)
from tools.charts.calls import calls

_DNS = 53
_SERVERS = {"postgresql": 5432, "rabbitmq": 5672, "redis": 6379}
# Pods that another chart brings.
_ELSEWHERE = {*_SERVERS, "payment-simulator"}


def policies(shop: Installation) -> list[Object]:
    return shop.of("NetworkPolicy")


def every_pod_has_one(shop: Installation) -> Iterator[str]:
    """Each workload is under exactly one policy, for both directions."""
    if not policies(shop):
        return
    for one in shop.workloads:
        found = [p for p in policies(shop) if _selects(p["spec"]["podSelector"], one.labels)]
        if len(found) != 1:
            yield f"{one} is under {len(found)} policies"
    for policy in policies(shop):
        if sorted(policy["spec"].get("policyTypes", [])) != ["Egress", "Ingress"]:
            yield f"{described(policy)} leaves a direction open"


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    return "matchExpressions" not in selector and wanted.items() <= labels.items()


def nothing_is_open(shop: Installation) -> Iterator[str]:
    """No rule lets everybody in or out to everything."""
    for policy in policies(shop):
        for rule in policy["spec"].get("ingress", []):
            if not rule.get("from") or not rule.get("ports"):
                yield f"{described(policy)} lets anybody in"
        for rule in policy["spec"].get("egress", []):
            if not rule.get("ports"):
                yield f"{described(policy)} lets out to every port"
            for peer in rule.get("to", []):
                if peer == {"podSelector": {}}:
                    yield f"{described(policy)} lets out to every pod"


def both_sides_agree(shop: Installation) -> Iterator[str]:
    """What a caller may call lets it in, and whom a callee lets in may call."""
    if not policies(shop):
        return
    out = {pair for one in shop.workloads for pair in _out(shop, one)}
    into = {pair for one in shop.workloads for pair in _into(shop, one)}
    here = {identity(one.labels) for one in shop.workloads}
    for caller, callee, port in sorted(out - into):
        if callee in here:
            yield f"{callee} does not let {caller} in to {port}"
    for caller, callee, port in sorted(into - out):
        if caller in here:
            yield f"{caller} may not go out to {callee} at {port}"


@cache
def code_calls() -> list[Object]:
    """The list that the templates are made with."""
    return calls(list(services().values()))


Pair = tuple[tuple[str, ...], tuple[str, ...], Any]


def identity(labels: dict[str, str]) -> tuple[str, ...]:
    """Name, instance and component."""
    return tuple(labels.get(label, "") for label in IDENTITY)


def _out(shop: Installation, one: Workload) -> Iterator[Pair]:
    for policy in policies(shop):
        if _selects(policy["spec"]["podSelector"], one.labels):
            yield from _pairs(one, policy["spec"].get("egress", []), "to")


def _into(shop: Installation, one: Workload) -> Iterator[Pair]:
    for policy in policies(shop):
        if _selects(policy["spec"]["podSelector"], one.labels):
            found = _pairs(one, policy["spec"].get("ingress", []), "from")
            yield from ((peer, own, port) for own, peer, port in found)


def _pairs(one: Workload, rules: list[Object], side: str) -> Iterator[Pair]:
    for rule in rules:
        for peer in rule.get(side, []):
            labels = peer.get("podSelector", {}).get("matchLabels", {})
            if "namespaceSelector" not in peer and set(labels) == set(IDENTITY):
                for port in rule.get("ports", []):
                    yield identity(one.labels), identity(labels), port["port"]


def ports_are_there(shop: Installation) -> Iterator[str]:
    """A policy lets in to a port of its pods, and every port of theirs can be reached."""
    for policy in policies(shop):
        for one in shop.selected(policy["spec"]["podSelector"]["matchLabels"]):
            own = {port["containerPort"] for port in one.main.get("ports", [])}
            rules = policy["spec"].get("ingress", [])
            opened = {port["port"] for rule in rules for port in rule.get("ports", [])}
            if own != opened:
                yield f"{described(policy)} opens {sorted(opened)}, {one} has {sorted(own)}"


def calls_are_those_of_the_code(shop: Installation) -> Iterator[str]:
    """Between the pods of the shop there is exactly what the code's list of calls says."""
    if not policies(shop):
        return
    here = {one.service for one in shop.workloads}
    wanted = {
        (call["from"], component, call["to"])
        for call in code_calls()
        for component in call["components"]
        if call["from"] in here and (call["to"] in here or call["to"] in _ELSEWHERE)
    }
    found = {
        (caller[0], caller[2], callee[0])
        for one in shop.workloads
        for caller, callee, _ in _out(shop, one)
        if callee[0] in here or callee[0] == "payment-simulator"
    }
    without_simulator = {call for call in wanted if call[2] != "payment-simulator"}
    yield from (f"{call} is not let out" for call in sorted(without_simulator - found))
    yield from (f"{call} is let out" for call in sorted(found - wanted))


def data_that_is_used(shop: Installation) -> Iterator[str]:
    """A pod gets out to DNS, to the data services its Secrets lead to, and to no other of them."""
    numbers = {number: server for server, number in _SERVERS.items()}
    for one in shop.workloads:
        found = [p for p in policies(shop) if _selects(p["spec"]["podSelector"], one.labels)]
        rules = [rule for policy in found for rule in policy["spec"].get("egress", [])]
        opened = {port["port"] for rule in rules for port in rule.get("ports", [])}
        if found and _DNS not in opened:
            yield f"{one} cannot look up names"
        wanted = _servers(one)
        reached = {numbers[port] for port in opened if port in numbers}
        if found and wanted != reached:
            yield f"{one} needs {sorted(wanted)} and reaches {sorted(reached)}"


def _servers(one: Workload) -> set[str]:
    """By the Secrets that the pod's variables come from."""
    every = {each["variable"]: each for facts in known().values() for each in facts["secrets"]}
    variables = {name for container in one.containers for name in environment(container)}
    return {every[v]["server"] for v in variables if every.get(v, {}).get("server")}


def addresses_lead_somewhere(shop: Installation) -> Iterator[str]:
    """Every address of another service names a Service that is there and that may be called."""
    fronts = {one["metadata"]["name"]: one["spec"]["selector"] for one in shop.of("Service")}
    here = {one.service for one in shop.deployments}
    for one in shop.workloads:
        settings = shop.config_of(one.main) | environment(one.main)
        for address in role(one).get("addresses", []):
            host = urlsplit(str(settings.get(address["variable"], ""))).hostname
            if "service" not in address or (host and "." in host):
                continue  # the same process, or a site's own address
            if not host:
                yield f"{one} is not told {address['variable']}"
            elif host not in fronts and address["service"] in here:
                yield f"{one} is told to call {host}, which is no Service"
            elif host in fronts and not _may_call(shop, one, identity(fronts[host])):
                yield f"{one} is told to call {host}, and may not"


def _may_call(shop: Installation, one: Workload, callee: tuple[str, ...]) -> bool:
    return not policies(shop) or callee in {pair[1] for pair in _out(shop, one)}


RULES = (
    every_pod_has_one,
    nothing_is_open,
    both_sides_agree,
    ports_are_there,
    calls_are_those_of_the_code,
    data_that_is_used,
    addresses_lead_somewhere,
)
