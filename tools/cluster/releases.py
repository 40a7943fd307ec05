"""Helm releases through Helm's own engine, which needs no helm binary."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from helm_python import Config, HelmError, HelmNotFoundError

from tools.charts.engine import quiet
from tools.cluster.kubectl import ClusterError

# Objects are watched until they are as they should be, not only accepted.
_WAIT = "watcher"
_CONTENT = "ARGOSY_KUBECONFIG"


class Releases:
    """The releases of one namespace."""

    def __init__(self, config: Config, seconds: int) -> None:
        self._config = config
        self._seconds = seconds

    @classmethod
    @contextmanager
    def of(cls, namespace: str, environ: Mapping[str, str], seconds: int) -> Iterator[Self]:
        """Of the cluster that the text of ARGOSY_KUBECONFIG leads to, else the file of KUBECONFIG.

        Every change may take so many seconds.
        """
        try:
            with Config(
                namespace=namespace, kubeconfig_content=environ.get(_CONTENT) or None
            ) as config:
                config.check_reachable()
                yield cls(config, seconds)
        except HelmError as fault:
            raise ClusterError(str(fault).partition("\n")[0]) from fault

    def values(self, name: str) -> dict[str, Any] | None:
        """What the release was given; None where it does not exist."""
        try:
            return dict(self._config.get_values(name))
        except HelmNotFoundError:
            return None

    def put(
        self, chart: Path, name: str, values: Mapping[str, Any], *, or_back: bool = False
    ) -> int:
        """Install or upgrade, wait until everything is ready, and return the revision.

        With `or_back` a change that fails is undone.
        """
        change = self._config.install if self.values(name) is None else self._config.upgrade
        with quiet():
            made = change(
                chart,
                name,
                dict(values),
                timeout=self._seconds,
                wait=_WAIT,
                rollback_on_failure=or_back,
            )
        return int(made["revision"])

    def deployed(self, name: str) -> int | None:
        """The revision that runs; None where none has ever got ready."""
        if self.values(name) is None:
            return None
        runs = [
            one["revision"] for one in self._config.history(name) if one["status"] == "deployed"
        ]
        return int(runs[-1]) if runs else None

    def test(self, name: str) -> None:
        """`helm test`: a HelmError when one of the release's tests fails."""
        with quiet():
            self._config.test(name, timeout=self._seconds)

    def roll_back(self, name: str, revision: int) -> None:
        """Go back to that revision, and wait until everything is ready."""
        with quiet():
            self._config.rollback(name, version=revision, timeout=self._seconds, wait=_WAIT)
