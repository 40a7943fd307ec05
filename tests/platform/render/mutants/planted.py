"""How a defect is planted, and the list of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.platform.render.installed import COMPONENT, NAME, Installation, Object

Plant = Callable[["Ground"], None]
# Cases of the matrix.
PLAIN, SCALED, ROUTED = "orders as it is", "orders scaled", "orders behind an ingress"
GATEWAY, MONITORED = "orders behind a gateway", "orders monitored"
SINGLE, JOB = "orders of one pod each", "orders migrated by a job"
ORDINARY, SCALED_JOBS = "notifications as it is", "notifications scaled"
WHOLE, ROUTED_WHOLE = "argosy services", "argosy services with eval data"


@dataclass(frozen=True)
class Mutant:
    """A defect in what a case of the matrix renders to."""

    name: str
    case: str
    rule: str
    plant: Plant

    def __str__(self) -> str:
        return self.name


MUTANTS: list[Mutant] = []


def mutant(case: str, *, found_by: str) -> Callable[[Plant], Plant]:
    """Put a defect on the list."""

    def register(plant: Plant) -> Plant:
        MUTANTS.append(Mutant(plant.__name__.replace("_", " "), case, found_by, plant))
        return plant

    return register


class Ground:
    """Objects of one's own, to be spoiled."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects

    def one(self, kind: str, component: str = "web", service: str = "") -> Object:
        """The object of a kind for a component."""
        for found in Installation(self.objects).of(kind):
            labels = found["metadata"]["labels"]
            if labels[COMPONENT] == component and service in ("", labels[NAME]):
                return found
        raise LookupError(f"there is no {kind} of {component}")

    def drop(self, found: Object) -> None:
        """Forget an object."""
        self.objects.remove(found)

    def template(self, component: str = "web", kind: str = "Deployment") -> Any:
        """The pod that a component starts."""
        return self.one(kind, component)["spec"]["template"]

    def pod(self, component: str = "web", kind: str = "Deployment") -> Any:
        """The spec of the pod that a component starts."""
        return self.template(component, kind)["spec"]

    def container(self, component: str = "web", kind: str = "Deployment") -> Any:
        """The container that a component is for."""
        return self.pod(component, kind)["containers"][0]

    def without_variable(self, name: str, component: str = "web") -> None:
        """Take a variable away."""
        found = self.container(component)
        found["env"] = [one for one in found["env"] if one["name"] != name]

    def settings(self) -> Any:
        """The plain settings."""
        return self.one("ConfigMap", "config")["data"]

    def policy(self, component: str = "web", service: str = "") -> Any:
        """What a component's policy says."""
        return self.one("NetworkPolicy", component, service)["spec"]
