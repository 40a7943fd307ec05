"""`make e2e-cluster`: installs the shop, then disturbs it while shoppers buy."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from helm_python import HelmError

from libs.testing.shopping_load.outcome import Outcome
from tools.charts.engine import Chart
from tools.cluster.evaluation import RELEASE, SHOP, Installation, shop_values
from tools.cluster.kubectl import ClusterError, wait_until
from tools.cluster.report import Step
from tools.cluster.traffic import Traffic, load_pod, pod_of_test
from tools.cluster.values import merged, renewed, with_workers

_LONGEST_LOAD = 1800
_WEB_AND_WORKERS = "app.kubernetes.io/component in (web, worker-saga, worker-jobs)"
_SAGA_WORKERS = "app.kubernetes.io/component=worker-saga"


@dataclass
class Trial:
    """Each step is done whatever came of the one before; but without a shop there are none."""

    installation: Installation
    # Shoppers come for so many seconds before a change begins and after its last pod is gone.
    margin: float = 15.0
    # Pods that are to end have so many seconds for it.
    patience: float = 300.0
    steps: list[Step] = field(default_factory=list)

    def run(self) -> list[Step]:
        """All steps in their order."""
        revision = 0

        def install() -> None:
            nonlocal revision
            revision = self.installation.install()

        if not self._step("install", install):
            return self.steps
        self._step("helm test", lambda: self.installation.releases.test(RELEASE))
        self._loaded("rolling upgrade", self._upgrade)
        self._loaded("rollback", lambda: self._roll_back(revision))
        self._loaded("fewer workers", self._scale_down)
        return self.steps

    def _upgrade(self) -> None:
        with self._replaced_pods():
            self._put(renewed(f"{time.time():.0f}"))

    def _roll_back(self, revision: int) -> None:
        with self._replaced_pods():
            self.installation.releases.roll_back(RELEASE, revision)

    def _scale_down(self) -> None:
        """From two pods for each pool of sagas to one."""
        self._put(with_workers(2))
        before = len(self._pods(_SAGA_WORKERS))
        self._put(with_workers(1))
        wait_until(
            "the end of half of the workers",
            lambda: len(self._pods(_SAGA_WORKERS)) == before // 2,
            self.patience,
        )

    def _put(self, change: dict[str, object]) -> None:
        self.installation.releases.put(SHOP, RELEASE, merged(shop_values(), change))

    @contextmanager
    def _replaced_pods(self) -> Iterator[None]:
        """What is done here leaves none of today's web and worker pods alive."""
        before = self._pods(_WEB_AND_WORKERS)
        yield
        wait_until(
            "the end of the last old pod",
            lambda: not before & self._pods(_WEB_AND_WORKERS),
            self.patience,
        )

    def _pods(self, selector: str) -> set[str]:
        """The identities of the shop's pods, those that are about to end included."""
        selector = f"app.kubernetes.io/instance={RELEASE},{selector}"
        found = self.installation.kubectl.list("pods", selector)
        return {str(pod["metadata"]["uid"]) for pod in found}

    @cached_property
    def _traffic(self) -> Traffic:
        test = pod_of_test(Chart(SHOP), shop_values(), RELEASE)
        return Traffic(self.installation.kubectl, load_pod(test, _LONGEST_LOAD))

    def _loaded(self, name: str, change: Callable[[], None]) -> None:
        def patiently() -> None:
            time.sleep(self.margin)
            change()
            time.sleep(self.margin)

        self._step(name, lambda: self._traffic.during(patiently))

    def _step(self, name: str, work: Callable[[], Outcome | None]) -> bool:
        """Whether it was done without a complaint."""
        self.installation.say(f"{name} ...")
        started, outcome = time.monotonic(), None
        try:
            outcome = work()
            complaints = outcome.complaints if outcome else []
        except (ClusterError, HelmError) as fault:
            complaints = [str(fault).partition("\n")[0]]
        seconds = round(time.monotonic() - started, 1)
        self.steps.append(Step(name, seconds, complaints, outcome))
        self.installation.say(f"{name}: {'; '.join(complaints) or f'ok, {seconds:.0f} s'}")
        return not complaints
