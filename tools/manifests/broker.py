"""Which users the broker has, and what each may touch there."""

from collections.abc import Sequence
from typing import Any

from libs.messaging.topology import DEAD, DIRECT, FACTS

VHOST = "argosy"
ALL_IN_ONE = "all-in-one"
# KEDA asks the HTTP API for the length of the queues, which takes this tag.
TAGS = ("management",)


def users(services: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Every user with its rights: one for each service, one for all of them in one process."""
    each = {service: rights([service]) for service in services}
    return each | {ALL_IN_ONE: rights(services)}


def rights(services: Sequence[str]) -> dict[str, Any]:
    """The permissions of a process of these services, as patterns of RabbitMQ's.

    It declares and reads the queues of its own services alone. Commands go to everybody's queues
    through one exchange; a fact is only taken from the service that its name begins with.
    """
    own = "|".join(services)
    exchanges = "|".join(name.replace(".", r"\.") for name in (DIRECT, FACTS, DEAD))
    pattern = rf"^({exchanges}|({own})\.[a-z]+)$"
    return {
        "permissions": {"configure": pattern, "write": pattern, "read": pattern},
        "topics": [{"exchange": FACTS, "write": rf"^({own})\.", "read": ".*"}],
    }
