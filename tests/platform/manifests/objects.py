"""Kubernetes objects from files, from Kustomize and from charts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.charts.engine import Chart
from tools.manifests import kustomize

ROOT = Path(__file__).parents[3]
K8S = ROOT / "k8s"
Object = dict[str, Any]


def documents(text: str) -> list[Object]:
    """The objects in YAML."""
    return [document for document in yaml.safe_load_all(text) if document is not None]


def read(path: Path) -> list[Object]:
    """The objects in a file."""
    return documents(path.read_text("utf-8"))


def files(folder: Path = K8S) -> list[Path]:
    """The YAML files with whole objects for a cluster: no patches, settings or Helm values."""
    others = {"kustomization.yaml", "values.yaml", "data-eval.yaml", "prometheus.yml"}
    found = (path for path in folder.rglob("*.yaml") if path.name not in others)
    return sorted(path for path in found if not path.name.endswith(".patch.yaml"))


def build(folder: str) -> list[Object]:
    """What Kustomize makes of a folder of k8s/."""
    try:
        return documents(kustomize.build(K8S / folder))
    except kustomize.Unavailable as reason:
        pytest.skip(f"Kustomize cannot be run: {reason}")


def render(chart: str, values: Mapping[str, Any] | None = None) -> list[Object]:
    """What Helm makes of a chart."""
    return Chart(ROOT / "charts" / chart).objects(values, release="argosy")


def of_kind(found: list[Object], *kinds: str) -> list[Object]:
    """The objects of some kinds."""
    return [one for one in found if one["kind"] in kinds]


def named(found: list[Object], kind: str) -> dict[str, Object]:
    """The objects of one kind by their names."""
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def pod_specs(found: list[Object]) -> Iterator[tuple[str, Object]]:
    """Every pod that the objects would start, with the name of what starts it."""
    for one in found:
        name = f"{one['kind']}/{one['metadata']['name']}"
        match one["kind"]:
            case "Pod":
                yield name, one["spec"]
            case "Deployment" | "StatefulSet" | "DaemonSet" | "Job":
                yield name, one["spec"]["template"]["spec"]
            case "CronJob":
                yield name, one["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def containers(spec: Object) -> list[Object]:
    """Every container of a pod, those that come first included."""
    return [*spec.get("initContainers", []), *spec["containers"]]
