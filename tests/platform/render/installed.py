"""The rendered objects of an installation, and how they refer to each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from tools.charts import facts

Object = dict[str, Any]
HOOK = "helm.sh/hook"
WEIGHT = "helm.sh/hook-weight"
NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
COMPONENT = "app.kubernetes.io/component"
IDENTITY = (NAME, INSTANCE, COMPONENT)


@dataclass(frozen=True)
class Workload:
    """A Deployment, Job or Pod of our own image, and the pod that it starts."""

    source: Object

    @property
    def kind(self) -> str:
        return str(self.source["kind"])

    @property
    def name(self) -> str:
        return str(self.source["metadata"]["name"])

    @cached_property
    def pod(self) -> Object:
        """The pod as it would be made: metadata and spec."""
        whole = self.source if self.kind == "Pod" else self.source["spec"]["template"]
        return dict(whole)

    @property
    def spec(self) -> Object:
        """The pod's own spec."""
        return dict(self.pod["spec"])

    @property
    def labels(self) -> dict[str, str]:
        """The pod's labels."""
        return dict(self.pod["metadata"].get("labels", {}))

    @property
    def service(self) -> str:
        """The service, or what else it is called."""
        return self.labels.get(NAME, "")

    @property
    def component(self) -> str:
        return self.labels.get(COMPONENT, "")

    @property
    def containers(self) -> list[Object]:
        """All of them, in the order of their start."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def main(self) -> Object:
        """The container that the pod is for."""
        return dict(self.spec["containers"][0])

    @property
    def hook(self) -> str:
        return annotation(self.source, HOOK)

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class Installation:
    """Everything that one release renders."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects

    def of(self, *kinds: str) -> list[Object]:
        """The objects of these kinds."""
        return [one for one in self.objects if one["kind"] in kinds]

    def named(self, kind: str) -> dict[str, Object]:
        """The objects of one kind by name."""
        return {one["metadata"]["name"]: one for one in self.of(kind)}

    @property
    def workloads(self) -> list[Workload]:
        """Whatever starts pods."""
        return [Workload(one) for one in self.of("Deployment", "Job", "Pod")]

    @property
    def deployments(self) -> list[Workload]:
        return [Workload(one) for one in self.of("Deployment")]

    def selected(self, labels: Mapping[str, str]) -> list[Workload]:
        """The workloads whose pods have these labels."""
        return [one for one in self.workloads if labels.items() <= one.labels.items()]

    def config_of(self, container: Object) -> dict[str, str]:
        """What the container's ConfigMaps set."""
        maps = self.named("ConfigMap")
        names = (source["configMapRef"]["name"] for source in container.get("envFrom", []))
        return {key: value for name in names if name in maps for key, value in data(maps[name])}


def data(config_map: Object) -> list[tuple[str, str]]:
    """The entries of a ConfigMap."""
    return list(config_map.get("data", {}).items())


def described(one: Object) -> str:
    """How an object is called in a finding."""
    return f"{one['kind']}/{one['metadata']['name']}"


def annotation(one: Object, name: str) -> str:
    """An annotation, or nothing."""
    return str(one["metadata"].get("annotations", {}).get(name, ""))


def environment(container: Object) -> dict[str, Any]:
    """The container's own variables; a dict stands for what a Secret holds."""
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}


def secret_keys(workload: Workload) -> Iterator[tuple[str, str]]:
    """Every Secret that the pod reads, with the key; no key: all of them."""
    for container in workload.containers:
        for value in environment(container).values():
            if isinstance(value, dict) and "secretKeyRef" in value:
                yield value["secretKeyRef"]["name"], value["secretKeyRef"]["key"]
    for volume in workload.spec.get("volumes", []):
        if source := volume.get("secret"):
            for item in source.get("items", [{"key": ""}]):
                yield source["secretName"], item["key"]


def number(port: Any, container: Object) -> int | None:
    """The container port that a name or number means, if the container has it."""
    ports = {one["name"]: one["containerPort"] for one in container.get("ports", [])}
    found = ports.get(port, port)
    return found if found in ports.values() else None


@cache
def services() -> dict[str, facts.Service]:
    """The services of the repository."""
    return {service.name: service for service in facts.discover()}


@cache
def known() -> dict[str, dict[str, Any]]:
    """What the code says of each service, and of all in one."""
    each = {name: facts.of_service(service) for name, service in services().items()}
    return each | {facts.ALL_IN_ONE: facts.of_all_in_one(list(services().values()))}


def role(workload: Workload) -> dict[str, Any]:
    """What the code says of the workload's component; nothing for the umbrella's own pods."""
    service = known().get(workload.service)
    if service is None:
        return {}
    if workload.component == "web":
        return dict(service["web"])
    pool = workload.component.removeprefix("worker-")
    return dict(service["workers"].get(pool, {}))
