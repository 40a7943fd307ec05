"""Names, labels and selectors."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.platform.render.installed import (
    COMPONENT,
    IDENTITY,
    INSTANCE,
    NAME,
    Installation,
    described,
)

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST = 63
_LABELS = {
    *IDENTITY,
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
}
# Kinds that may give one name to several things of a release.
_SELECTING = ("Service", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor", "PodMonitor")


def names(shop: Installation) -> Iterator[str]:
    """A name is a label of the DNS and is used once for each kind."""
    counts = Counter(described(one) for one in shop.objects)
    yield from (f"{name} is there {count} times" for name, count in counts.items() if count > 1)
    for one in shop.objects:
        name = one["metadata"]["name"]
        if not _NAME.fullmatch(name) or len(name) > _LONGEST:
            yield f"{described(one)} is no name of the DNS"


def labels(shop: Installation) -> Iterator[str]:
    """Every object has the recommended labels, and all are of one installation."""
    for one in shop.objects:
        found = one["metadata"].get("labels", {})
        if missing := _LABELS - {label for label, value in found.items() if value}:
            yield f"{described(one)} lacks the labels {', '.join(sorted(missing))}"
        if found.get("app.kubernetes.io/part-of") != "argosy":
            yield f"{described(one)} is not a part of argosy"
    installations = {one["metadata"].get("labels", {}).get(INSTANCE) for one in shop.objects}
    if len(installations) > 1:
        yield f"one release says it is {installations}"


def pods_belong_to_their_workload(shop: Installation) -> Iterator[str]:
    """A Deployment selects its own pods by name, instance and component, and nobody else's."""
    for one in shop.deployments:
        selector = one.source["spec"]["selector"]["matchLabels"]
        if set(selector) != set(IDENTITY):
            yield f"{one} selects by {', '.join(sorted(selector))}"
        if not selector.items() <= one.labels.items():
            yield f"{one} does not select its own pods"
        others = [each for each in shop.selected(selector) if each.name != one.name]
        yield from (f"{one} selects the pods of {each}" for each in others)


def objects_say_what_their_pods_say(shop: Installation) -> Iterator[str]:
    """The identity on a workload is the one on its pods, and its name is made of it."""
    for one in shop.workloads:
        own = one.source["metadata"].get("labels", {})
        if any(own.get(label) != one.labels.get(label) for label in IDENTITY):
            yield f"{one} has other labels than its pods"
        parts = [own.get(label, "?") for label in (INSTANCE, NAME, COMPONENT)]
        unique = "-".join(dict.fromkeys(parts))
        if not re.fullmatch(rf"{unique}(-[0-9a-f]{{10}})?", one.name):
            yield f"{one} is not called {unique}"


def selectors_find_one_workload(shop: Installation) -> Iterator[str]:
    """Services, budgets, policies and monitors each stand for the pods of exactly one workload."""
    for one in shop.of(*_SELECTING):
        spec = one["spec"]
        selector = spec["podSelector"] if one["kind"] == "NetworkPolicy" else spec["selector"]
        wanted = selector.get("matchLabels", selector)
        if set(wanted) != set(IDENTITY):
            yield f"{described(one)} selects by {', '.join(sorted(wanted))}"
        if len(shop.selected(wanted)) != 1:
            yield f"{described(one)} selects {len(shop.selected(wanted))} workloads"


RULES = (
    names,
    labels,
    pods_belong_to_their_workload,
    objects_say_what_their_pods_say,
    selectors_find_one_workload,
)
