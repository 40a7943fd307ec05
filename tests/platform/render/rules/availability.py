"""Rollouts, disruptions, scaling and stops that lose nothing."""

import math
import re
from collections.abc import Iterator
from typing import Any

from libs.runtime.http_server import DRAIN_SECONDS
from tests.platform.render.installed import (
    HOOK,
    IDENTITY,
    Installation,
    Workload,
    annotation,
    described,
    known,
    role,
)

_MARGIN = 15
_TOPOLOGIES = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
_SLEEPS = "import time; time.sleep("


def rollouts(shop: Installation) -> Iterator[str]:
    """A new pod has to be ready before an old one goes, and a rollout that hangs is noticed."""
    for one in shop.deployments:
        strategy = one.source["spec"].get("strategy", {})
        rolling = strategy.get("rollingUpdate", {})
        if strategy.get("type") != "RollingUpdate" or rolling.get("maxUnavailable") != 0:
            yield f"{one} may have less pods during a rollout"
        if rolling.get("maxSurge") in (None, 0, "0%"):
            yield f"{one} cannot roll out"
        waits = [int(c["args"][-1]) for c in one.spec.get("initContainers", [])]
        if one.source["spec"].get("progressDeadlineSeconds", 600) < sum(waits) + 60:
            yield f"{one} counts as stuck while it waits for its schema"


def autoscaled(shop: Installation) -> Iterator[str]:
    """Either a number of pods or one autoscaler, whose target exists."""
    deployments = shop.named("Deployment")
    targets = [scaler["spec"]["scaleTargetRef"]["name"] for scaler in _scalers(shop)]
    for name in set(targets) - deployments.keys():
        yield f"an autoscaler is for {name}, which is not there"
    for name, deployment in deployments.items():
        if targets.count(name) + ("replicas" in deployment["spec"]) != 1:
            yield f"Deployment/{name} needs either a number of pods or one autoscaler"


def scaled_with_care(shop: Installation) -> Iterator[str]:
    """Never to nothing, and pods are taken away slowly."""
    for scaler in _scalers(shop):
        least, most = _bounds(scaler)
        if not 1 <= least <= most:
            yield f"{described(scaler)} scales from {least} to {most}"
        if "stabilizationWindowSeconds" not in _scale_down(scaler):
            yield f"{described(scaler)} takes pods away at once"


def _scalers(shop: Installation) -> list[dict[str, Any]]:
    return shop.of("HorizontalPodAutoscaler", "ScaledObject")


def _bounds(scaler: dict[str, Any]) -> tuple[int, int]:
    spec = scaler["spec"]
    least = spec.get("minReplicas", spec.get("minReplicaCount", 0))
    return least, spec.get("maxReplicas", spec.get("maxReplicaCount", 0))


def _scale_down(scaler: dict[str, Any]) -> dict[str, Any]:
    spec = scaler["spec"]
    config = spec.get("advanced", {}).get("horizontalPodAutoscalerConfig", spec)
    return dict(config.get("behavior", {}).get("scaleDown", {}))


def scaled_by_their_queues(shop: Installation) -> Iterator[str]:
    """Workers are scaled by exactly the queues that they consume, over the broker's HTTP API."""
    workloads = {one.name: one for one in shop.deployments}
    logins = shop.named("TriggerAuthentication")
    for scaler in shop.of("ScaledObject"):
        triggers = scaler["spec"]["triggers"]
        target = workloads.get(scaler["spec"]["scaleTargetRef"]["name"])
        queues = sorted(trigger["metadata"]["queueName"] for trigger in triggers)
        if target and queues != sorted(role(target).get("queues", [])):
            yield f"{described(scaler)} looks at {queues}"
        for trigger in triggers:
            if trigger["metadata"]["protocol"] != "http":
                yield f"{described(scaler)} does not see what workers hold unacknowledged"
            if trigger.get("authenticationRef", {}).get("name") not in logins:
                yield f"{described(scaler)} cannot log in at the broker"


def fewest(shop: Installation, one: Workload) -> int:
    """The least number of pods that a Deployment may have."""
    for scaler in _scalers(shop):
        if scaler["spec"]["scaleTargetRef"]["name"] == one.name:
            return _bounds(scaler)[0]
    return int(one.source["spec"].get("replicas", 1))


def disruptions(shop: Installation) -> Iterator[str]:
    """Above one pod there is a budget, which keeps most pods and still lets a node be drained."""
    budgets = shop.named("PodDisruptionBudget")
    for one in shop.deployments:
        pods, budget = fewest(shop, one), budgets.get(one.name)
        if (pods > 1) != (budget is not None):
            yield f"{one} has {pods} pods and {'a' if budget else 'no'} disruption budget"
    for budget in budgets.values():
        spec = budget["spec"]
        if ("minAvailable" in spec) == ("maxUnavailable" in spec):
            yield f"{described(budget)} does not have one of its two fields"
        for one in shop.selected(spec["selector"]["matchLabels"]):
            if _allowed(spec, fewest(shop, one)) < 1:
                yield f"{described(budget)} allows no disruption"


def _allowed(spec: dict[str, Any], pods: int) -> int:
    """How many pods an eviction may take, as the disruption controller counts."""
    if "maxUnavailable" in spec:
        return _share(spec["maxUnavailable"], pods)
    return pods - _share(spec.get("minAvailable", 0), pods)


def _share(value: int | str, pods: int) -> int:
    if isinstance(value, int):
        return value
    return math.ceil(int(value.removesuffix("%")) * pods / 100)


def spread(shop: Installation) -> Iterator[str]:
    """Pods of one release are spread over nodes and zones, without ever staying unscheduled."""
    for one in shop.deployments:
        found = one.spec.get("topologySpreadConstraints", [])
        if [each["topologyKey"] for each in found] != _TOPOLOGIES:
            yield f"{one} is not spread over nodes and zones"
        for each in found:
            if each["labelSelector"]["matchLabels"] != {key: one.labels[key] for key in IDENTITY}:
                yield f"{one} is spread among other pods"
            if each["whenUnsatisfiable"] != "ScheduleAnyway":
                yield f"{one} may stay without a node"
            if each.get("matchLabelKeys") != ["pod-template-hash"]:
                yield f"{one} counts the pods of the last release"


def stops(shop: Installation) -> Iterator[str]:
    """The grace period holds what the process needs to end; web waits until nobody calls it."""
    for one in shop.deployments:
        grace = one.spec.get("terminationGracePeriodSeconds", 30)
        if one.component == "web":
            wait = _pre_stop(one)
            if wait < 1:
                yield f"{one} closes its port while requests are still sent to it"
            if grace < wait + DRAIN_SECONDS:
                yield f"{one} is killed before it is drained"
        elif grace < role(one).get("longestSeconds", 0) + _MARGIN:
            yield f"{one} is killed within a task"


def _pre_stop(one: Workload) -> float:
    action = one.main.get("lifecycle", {}).get("preStop", {})
    if "sleep" in action:
        return float(action["sleep"]["seconds"])
    code = str(action.get("exec", {}).get("command", [""])[-1])
    return float(code.removeprefix(_SLEEPS).rstrip(")")) if code.startswith(_SLEEPS) else 0


def gates(shop: Installation) -> Iterator[str]:
    """Where there is a migration, every pod waits for its schema first, but not for ever."""
    migrated = {one.service for one in shop.workloads if one.component == "migrate"}
    for one in shop.deployments:
        if one.service not in known():
            continue
        found = [c["args"] for c in one.spec.get("initContainers", []) if c["name"] == "gate"]
        if (one.service in migrated) != bool(found):
            yield f"{one} has {len(found)} gates"
        for args in found:
            if args[0] != "gate" or args[-2] != "--seconds" or not 0 < int(args[-1]) <= 3600:
                yield f"{one} waits for its schema with {args}"


def ends(shop: Installation) -> Iterator[str]:
    """What is no Deployment ends, one way or the other; its pod is not restarted in place."""
    for one in shop.workloads:
        if one.kind != "Deployment" and one.spec.get("restartPolicy") != "Never":
            yield f"{one} restarts in place"
        if one.kind == "Job":
            missing = {"backoffLimit", "activeDeadlineSeconds"} - one.source["spec"].keys()
            yield from (f"{one} has no {field}" for field in sorted(missing))


def again(shop: Installation) -> Iterator[str]:
    """A Job cannot change: a hook is deleted before it runs again, a plain one has a new name."""
    for one in shop.of("Job"):
        if annotation(one, HOOK):
            if "before-hook-creation" not in annotation(one, "helm.sh/hook-delete-policy"):
                yield f"{described(one)} could not run a second time"
        elif not re.fullmatch(r"[0-9a-f]{10}", one["metadata"]["name"].rpartition("-")[2]):
            yield f"{described(one)} could not be replaced"


RULES = (
    rollouts,
    autoscaled,
    scaled_with_care,
    scaled_by_their_queues,
    disruptions,
    spread,
    stops,
    gates,
    ends,
    again,
)
