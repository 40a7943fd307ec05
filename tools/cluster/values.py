"""Values of the charts: from files, or changed for every workload in one respect."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.charts.files import CHARTS, UMBRELLA
from tools.cluster.kubectl import ClusterError

Values = dict[str, Any]
_ANNOTATION = "argosy/trial"
ALL_IN_ONE = "allInOne"
_MODEST = {"resources": {"requests": {"cpu": "10m"}}}


def values_of(files: Iterable[Path]) -> Values:
    """The files' values, later files before earlier ones; refuses one that holds none."""
    layers = []
    for file in files:
        try:
            layer = yaml.safe_load(file.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as fault:
            raise ClusterError(f"{file} holds no values: {fault}") from fault
        if not isinstance(layer, dict):
            raise ClusterError(f"{file} holds no values")
        layers.append(layer)
    return merged(*layers)


def merged(*layers: Mapping[str, Any]) -> Values:
    """Later layers win, mapping by mapping, as several files of values do."""
    result: Values = {}
    for layer in layers:
        for key, value in layer.items():
            mine = result.get(key)
            both = isinstance(mine, dict) and isinstance(value, Mapping)
            result[key] = merged(mine, value) if both and mine else value
    return result


def parts() -> Sequence[str]:
    """Every service's part of the umbrella's values, and that of the all-in-one process."""
    facts = values_of([CHARTS / UMBRELLA / "facts.yaml"])
    return (*facts["services"], ALL_IN_ONE)


def modest() -> Values:
    """No pod asks for a share of a processor that nobody needs in an evaluation.

    Else the pods that wait for a migration may leave it no room on a small cluster.
    """
    return {part: _modest_part(part) for part in parts()}


def _modest_part(part: str) -> Values:
    chart = UMBRELLA if part == ALL_IN_ONE else part
    pools = values_of([CHARTS / chart / "facts.yaml"])["workers"]
    return {"web": _MODEST, "workers": dict.fromkeys(pools, _MODEST), "migrate": _MODEST}


def renewed(mark: str) -> Values:
    """Every pod is replaced by one of a new revision, as a new image would do."""
    return {part: {"podAnnotations": {_ANNOTATION: mark}} for part in parts()}


def with_workers(replicas: int) -> Values:
    """Every pool for sagas has so many pods."""
    return {part: {"workers": {"saga": {"replicas": replicas}}} for part in parts()}
