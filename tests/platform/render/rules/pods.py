"""What every pod has to be like: confined, bounded, without a token, its references resolved."""

import re
from collections.abc import Iterator
from typing import Any

from tests.platform.render.installed import (
    HOOK,
    WEIGHT,
    Installation,
    Object,
    Workload,
    annotation,
    described,
)

_VOLUMES = {"emptyDir", "secret", "configMap", "projected"}
_PYTHON = "/opt/argosy/venv/bin/python"
_UNITS = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "K": 1e3, "M": 1e6, "G": 1e9}
_QUANTITY = re.compile(r"([0-9.]+)([A-Za-z]*)")
_USER = 65532


def confined(shop: Installation) -> Iterator[str]:
    """The restricted level of Pod Security, and no more than our image needs."""
    for one in shop.workloads:
        whole = one.spec.get("securityContext", {})
        if whole.get("runAsNonRoot") is not True or whole.get("runAsUser") != _USER:
            yield f"{one} does not run as the image's user"
        if whole.get("runAsGroup") != _USER or whole.get("fsGroup") != _USER:
            yield f"{one} does not run as the image's group"
        if whole.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{one} has no seccomp profile"
        for field in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
            if one.spec.get(field):
                yield f"{one} asks for {field}"
        yield from _confined_containers(one)


def _confined_containers(one: Workload) -> Iterator[str]:
    for container in one.containers:
        context = container.get("securityContext", {})
        wanted = {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        if context != wanted:
            yield f"{one}: the container {container['name']} is not confined: {context}"


def without_token(shop: Installation) -> Iterator[str]:
    """No pod can speak to the API server, and each has an account of its own."""
    accounts = shop.named("ServiceAccount")
    for name, account in accounts.items():
        if account.get("automountServiceAccountToken") is not False:
            yield f"ServiceAccount/{name} hands out its token"
    for one in shop.workloads:
        if one.spec.get("automountServiceAccountToken") is not False:
            yield f"{one} mounts a token"
        if one.spec.get("serviceAccountName") not in accounts:
            yield f"{one} has no account of its own"
    used = [one.spec.get("serviceAccountName") for one in shop.workloads]
    yield from (f"ServiceAccount/{name} is shared" for name in accounts if used.count(name) > 1)
    yield from (f"ServiceAccount/{name} is nobody's" for name in accounts if name not in used)


def without_service_variables(shop: Installation) -> Iterator[str]:
    """Variables that Kubernetes makes of Services would be read as settings of ours."""
    for one in shop.workloads:
        if one.spec.get("enableServiceLinks") is not False:
            yield f"{one} gets a variable for each Service"


def one_writable_place(shop: Installation) -> Iterator[str]:
    """Only /tmp is written, and every container has it."""
    for one in shop.workloads:
        found = {volume["name"]: volume for volume in one.spec.get("volumes", [])}
        for container in one.containers:
            mounts = container.get("volumeMounts", [])
            if "/tmp" not in {mount["mountPath"] for mount in mounts}:  # noqa: S108 - the pod's own
                yield f"{one}: {container['name']} has nowhere to write"
            for mount in mounts:
                if "emptyDir" not in found.get(mount["name"], {}) and not mount.get("readOnly"):
                    yield f"{one} can write to {mount['mountPath']}"


def volumes(shop: Installation) -> Iterator[str]:
    """Every mount has a volume and every volume a mount; memory is bounded, Secrets are closed."""
    for one in shop.workloads:
        found = {volume["name"]: volume for volume in one.spec.get("volumes", [])}
        mounted = {m["name"] for each in one.containers for m in each.get("volumeMounts", [])}
        yield from (f"{one} mounts {name}, which is no volume" for name in mounted - found.keys())
        yield from (f"{one}: nobody mounts {name}" for name in found.keys() - mounted)
        for name, volume in found.items():
            yield from _volume(one, name, volume)


def _volume(one: Workload, name: str, volume: dict[str, Any]) -> Iterator[str]:
    kinds = volume.keys() - {"name"}
    if not kinds <= _VOLUMES:
        yield f"{one}: the volume {name} is a {kinds}"
    place = volume.get("emptyDir")
    if place is not None and (place.get("medium") != "Memory" or not place.get("sizeLimit")):
        yield f"{one}: the volume {name} is not bounded memory"
    if "secret" in volume and volume["secret"].get("defaultMode") != 0o440:
        yield f"{one}: the volume {name} cannot be read by the image's user alone"


def bounded(shop: Installation) -> Iterator[str]:
    """Processor and memory are requested, memory is limited, and no request is above its limit."""
    for one in shop.workloads:
        for container in one.containers:
            given = container.get("resources", {})
            requests, limits = given.get("requests", {}), given.get("limits", {})
            if {"cpu", "memory"} - requests.keys() or "memory" not in limits:
                yield f"{one}: {container['name']} is not bounded"
            for kind in requests.keys() & limits.keys():
                if quantity(requests[kind]) > quantity(limits[kind]):
                    yield f"{one}: {container['name']} requests more {kind} than its limit"


def quantity(text: str) -> float:
    """A quantity of Kubernetes, in cores or bytes."""
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is no quantity")
    return float(match[1]) * _UNITS.get(match[2], 1)


def images(shop: Installation) -> Iterator[str]:
    """One image for all containers of a pod, named exactly; no shell is asked for."""
    for one in shop.workloads:
        found = {container.get("image", "") for container in one.containers}
        if len(found) > 1:
            yield f"{one} mixes the images {found}"
        for image in found:
            name, _, version = image.rpartition("/")[2].partition("@" if "@" in image else ":")
            if not name or not version or version == "latest":
                yield f"{one} has the image {image!r}"
        for container in one.containers:
            if container.get("command", [_PYTHON])[0] != _PYTHON:
                yield f"{one}: {container['name']} starts {container['command'][0]}"


def hooks_find_what_they_need(shop: Installation) -> Iterator[str]:
    """A hook runs before its release, so its account and its policy are hooks before it."""
    for one in shop.workloads:
        if "pre-" not in one.hook:
            continue
        if set(one.hook.split(",")) != {"pre-install", "pre-upgrade"}:
            yield f"{one} is the hook {one.hook}"
        if any(container.get("envFrom") for container in one.containers):
            yield f"{one} runs before its ConfigMap is there"
        for needed in shop.of("ServiceAccount", "NetworkPolicy"):
            if needed["metadata"]["name"] == one.name and not _comes_before(needed, one):
                yield f"{one} runs before its {needed['kind']} is there"


def _comes_before(needed: Object, one: Workload) -> bool:
    is_hook = annotation(needed, HOOK) == one.hook
    return is_hook and int(annotation(needed, WEIGHT)) < int(annotation(one.source, WEIGHT))


def nothing_comes_too_late(shop: Installation) -> Iterator[str]:
    """A hook after the release would keep its pods waiting for ever."""
    for one in shop.objects:
        if "post-" in annotation(one, HOOK):
            yield f"{described(one)} comes too late"


RULES = (
    confined,
    without_token,
    without_service_variables,
    one_writable_place,
    volumes,
    bounded,
    images,
    hooks_find_what_they_need,
    nothing_comes_too_late,
)
