"""Shoppers inside the cluster: a pod like that of `helm test`, with the load as its program."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from libs.testing.shopping_load.outcome import Outcome, decode
from tools.charts.engine import Chart
from tools.cluster.kubectl import ClusterError, Kubectl, Object, wait_until

_NAME = "argosy-load"
_STOP_FILE = "/tmp/stop"  # noqa: S108 - in the pod, whose /tmp is its own
_BEGUN = "the load has begun"
_START_SECONDS, _COUNT_SECONDS = 300.0, 420.0
_ENDED = ("Succeeded", "Failed")
_TAKEN = ("--url", "--administrator", "--payment-token")


def load_pod(test: Object, longest: int) -> Object:
    """The test's own pod, its image, account, Secret and place in the network, with the load."""
    metadata, spec = test["metadata"], test["spec"]
    container = spec["containers"][0]
    module = [
        "libs.testing.shopping_load" if part.startswith("libs.") else part
        for part in container["command"]
    ]
    options = dict(_pairs(container["args"]))
    taken = [word for name in _TAKEN if name in options for word in (name, options[name])]
    end = ["--until", _STOP_FILE, "--seconds", str(longest)]
    ours = {**container, "name": "load", "command": module, "args": [*taken, *end]}
    return {
        **test,
        "metadata": {"name": _NAME, "labels": metadata["labels"]},
        "spec": {**spec, "containers": [ours]},
    }


def pod_of_test(chart: Chart, values: Mapping[str, Any], release: str) -> Object:
    """The pod of `helm test` as the chart renders it."""
    hooks = (
        one
        for one in chart.objects(values, release=release)
        if one["kind"] == "Pod" and one["metadata"]["annotations"]["helm.sh/hook"] == "test"
    )
    return next(hooks)


@dataclass(frozen=True)
class Traffic:
    """Starts shoppers, does something to the shop meanwhile, and asks them how it was."""

    kubectl: Kubectl
    pod: Object

    def during(self, change: Callable[[], None]) -> Outcome:
        """What the shoppers saw from well before the change until well after it."""
        self.kubectl.delete("pod", _NAME)
        self.kubectl.apply([self.pod])
        try:
            wait_until("the begin of the load", self._has_begun, _START_SECONDS)
            change()
            self.kubectl.touch(_NAME, _STOP_FILE)
            wait_until("the end of the load", lambda: self._phase() in _ENDED, _COUNT_SECONDS)
            return decode(self.kubectl.logs(_NAME))
        except ValueError as fault:
            raise ClusterError(str(fault)) from fault
        finally:
            with suppress(ClusterError):
                self.kubectl.delete("pod", _NAME)

    def _has_begun(self) -> bool:
        phase = self._phase()
        if phase == "Pending":
            return False
        printed = self.kubectl.logs(_NAME)
        if phase in _ENDED:
            raise ClusterError(f"the load ended at once: {printed.strip()}")
        return _BEGUN in printed

    def _phase(self) -> str:
        return str(self.kubectl.get("pod", _NAME)["status"].get("phase", "Pending"))


def _pairs(arguments: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(arguments[::2], arguments[1::2], strict=True))
