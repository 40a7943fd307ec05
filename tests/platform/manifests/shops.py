"""The shop as each overlay would have it: what Kustomize builds and what Helm renders together."""

from functools import cache
from typing import Any

import yaml

from libs.runtime import registry
from tests.platform.manifests import objects
from tests.platform.manifests.objects import K8S, Object

OVERLAYS = ("eval", "staging", "production")
_DIGEST = {"image": {"digest": f"sha256:{'0' * 64}"}}


def values(overlay: str) -> dict[str, Any]:
    """The overlay's values, with a digest for every image as a release brings them."""
    text = (K8S / "overlays" / overlay / "values.yaml").read_text("utf-8")
    given: dict[str, Any] = yaml.safe_load(text)
    services = (*registry.discover(), "allInOne")
    return given | {service: given.get(service, {}) | _DIGEST for service in services}


@cache
def _built(overlay: str) -> list[Object]:
    return objects.build(f"overlays/{overlay}")


def built(overlay: str) -> list[Object]:
    """What Kustomize makes of the overlay."""
    return list(_built(overlay))


@cache
def _rendered(overlay: str) -> list[Object]:
    return objects.render("argosy", values(overlay))


def rendered(overlay: str) -> list[Object]:
    """What Helm makes of the overlay's values, its data services included."""
    data = K8S / "overlays" / overlay / "data-eval.yaml"
    if not data.exists():
        return list(_rendered(overlay))
    beside = objects.render("data-eval", yaml.safe_load(data.read_text("utf-8")))
    return _rendered(overlay) + beside
