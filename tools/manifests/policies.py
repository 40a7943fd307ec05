"""The seconds that the code takes to stop, for the admission policy that checks grace periods."""

from collections.abc import Sequence
from typing import Any

from tools.charts import facts
from tools.manifests.files import file_of
from tools.manifests.names import NAMESPACE

LIMITS = "k8s/policies/limits.yaml"
# Between the end of the last task and the end of the process.
MARGIN_SECONDS = 15


def files(services: Sequence[facts.Service]) -> dict[str, str]:
    """The longest a task of each pool may last, and the longest drain of a server."""
    every = facts.of_all_in_one(services)
    pools = {f"worker-{name}": pool["longestSeconds"] for name, pool in every["workers"].items()}
    seconds = {"web": every["web"]["drainSeconds"], **pools, "margin": MARGIN_SECONDS}
    limits: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argosy-limits", "namespace": NAMESPACE},
        "data": {name: f"{value}" for name, value in seconds.items()},
    }
    return {LIMITS: file_of([limits])}
