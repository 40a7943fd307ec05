"""`make deploy`: an upgrade that is tested by an order, and undone when anything about it fails."""

from collections.abc import Callable

from helm_python import HelmError

from tools.cluster.evaluation import RELEASE, SHOP
from tools.cluster.kubectl import ClusterError
from tools.cluster.releases import Releases
from tools.cluster.values import Values


def deploy(releases: Releases, values: Values, say: Callable[[str], None]) -> int:
    """The new revision, once it is ready and `helm test` has bought something from it.

    A revision that does not get ready, or in which nothing can be bought, is taken back.
    """
    before = releases.deployed(RELEASE)
    revision = releases.put(SHOP, RELEASE, values, or_back=True)
    say(f"revision {revision} is ready")
    try:
        releases.test(RELEASE)
    except HelmError as fault:
        said = str(fault).partition("\n")[0]
        if before is None:
            raise ClusterError(f"revision {revision} fails its test: {said}") from fault
        releases.roll_back(RELEASE, before)
        raise ClusterError(f"revision {revision} fails its test and is undone: {said}") from fault
    say("an order went through it")
    return revision
