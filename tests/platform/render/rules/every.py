"""All rules together."""

from tests.platform.render.installed import Installation, Object
from tests.platform.render.rules import (
    availability,
    identity,
    network,
    pods,
    processes,
    references,
)

RULES = (
    *identity.RULES,
    *pods.RULES,
    *processes.RULES,
    *availability.RULES,
    *network.RULES,
    *references.RULES,
)


def findings(objects: list[Object]) -> list[str]:
    """Whatever any rule says against these objects."""
    shop = Installation(objects)
    return [f"{rule.__name__}: {said}" for rule in RULES for said in rule(shop)]
