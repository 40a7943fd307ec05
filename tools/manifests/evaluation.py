"""What charts/data-eval has to know about the services."""

from collections.abc import Sequence

from tools.manifests import broker
from tools.manifests.files import file_of

FACTS = "charts/data-eval/facts.yaml"


def files(services: Sequence[str]) -> dict[str, str]:
    """The chart's facts: the services, and the users of the broker."""
    facts = {
        "services": list(services),
        "broker": {"vhost": broker.VHOST, "users": broker.users(services)},
    }
    return {FACTS: file_of([facts])}
