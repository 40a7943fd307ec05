"""The shop with servers of its own for an evaluation, as `make install` puts it on a cluster."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools import cluster_secrets
from tools.charts.files import CHARTS, UMBRELLA
from tools.cluster.kubectl import ClusterError, Kubectl
from tools.cluster.releases import Releases
from tools.cluster.values import Values, merged, modest, values_of
from tools.images.build import ROOT
from tools.manifests.contract import secrets as contract

NAMESPACE = RELEASE = "argosy"
SHOP, DATA = CHARTS / UMBRELLA, CHARTS / "data-eval"
_OVERLAY = ROOT / "k8s" / "overlays" / "eval"


@dataclass(frozen=True)
class Installation:
    """One shop on the cluster, and how its progress is told."""

    kubectl: Kubectl
    releases: Releases
    say: Callable[[str], None]

    def install(self) -> int:
        """Install or upgrade everything, and return the revision. Secrets that exist stay."""
        self._refuse_others()
        self.kubectl.run("apply", "--server-side", "--kustomize", str(_OVERLAY))
        made = self.kubectl.create_missing("secrets", secrets())
        self.say(f"{len(made)} Secrets are new")
        self.releases.put(DATA, f"{RELEASE}-data", data_values())
        self.say("PostgreSQL, RabbitMQ, Redis and the payment simulator are ready")
        revision = self.releases.put(SHOP, RELEASE, shop_values())
        self.say(f"revision {revision} of the shop is ready")
        return revision

    def _refuse_others(self) -> None:
        """Throw-away servers and a known administrator must never get into a shop of customers."""
        values = self.releases.values(RELEASE)
        if values is not None and _environment(values) != "evaluation":
            raise ClusterError(f"the release {RELEASE} in {NAMESPACE} is not an evaluation")


def secrets() -> list[Values]:
    """New passwords and keys for all that the charts read."""
    wanted = contract()
    with tempfile.TemporaryDirectory(prefix="argosy-keys-") as folder:
        keys = cluster_secrets.keys_for(wanted, Path(folder))
        made = cluster_secrets.make(wanted, RELEASE, keys)
    return list(yaml.safe_load_all(cluster_secrets.manifest(made, NAMESPACE)))


def data_values() -> Values:
    """Of the chart data-eval."""
    return values_of([_OVERLAY / "data-eval.yaml"])


def shop_values() -> Values:
    """Of the umbrella."""
    return merged(values_of([_OVERLAY / "values.yaml"]), modest())


def _environment(values: Values) -> str:
    return str(values.get("global", {}).get("environment", "evaluation"))
