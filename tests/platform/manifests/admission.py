"""What a ValidatingAdmissionPolicy says of an object, by the CEL engine that Google maintains.

Names, order and failure are those of the API server: conditions decide whether the policy is asked
at all, variables are read by later expressions, and an expression that cannot be evaluated refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from tests.platform.manifests.objects import Object

# kind -> plural, group and version: what the rules of a policy speak of.
_RESOURCES = {
    "Pod": ("pods", "", "v1"),
    "Deployment": ("deployments", "apps", "v1"),
    "StatefulSet": ("statefulsets", "apps", "v1"),
    "Job": ("jobs", "batch", "v1"),
    "CronJob": ("cronjobs", "batch", "v1"),
    "PodDisruptionBudget": ("poddisruptionbudgets", "policy", "v1"),
    "NetworkPolicy": ("networkpolicies", "networking.k8s.io", "v1"),
}


class Broken(Exception):
    """An expression of a policy cannot be compiled or evaluated."""


@dataclass(frozen=True)
class Policy:
    """One policy and the object that its parameters come from."""

    definition: Object
    params: Object | None = None

    @property
    def name(self) -> str:
        return str(self.definition["metadata"]["name"])

    @property
    def messages(self) -> list[str]:
        """What the policy may say."""
        return [validation["message"] for validation in self.definition["spec"]["validations"]]

    def matches(self, one: Object) -> bool:
        """Whether the API server would ask this policy."""
        plural, group, version = _RESOURCES.get(one["kind"], ("", "", ""))
        rules = self.definition["spec"]["matchConstraints"]["resourceRules"]
        named = any(
            plural in rule["resources"]
            and group in rule["apiGroups"]
            and version in rule["apiVersions"]
            for rule in rules
        )
        conditions = self.definition["spec"].get("matchConditions", [])
        return named and all(self._evaluate(c["expression"], one, {}) for c in conditions)

    def refusals(self, one: Object) -> list[str]:
        """The message of every validation that fails; none for an object it is not asked about."""
        if not self.matches(one):
            return []
        variables: dict[str, Any] = {}
        for variable in self.definition["spec"].get("variables", []):
            variables[variable["name"]] = self._evaluate(variable["expression"], one, variables)
        failed = [
            validation
            for validation in self.definition["spec"]["validations"]
            if self._evaluate(validation["expression"], one, variables) is not True
        ]
        for validation in failed:
            if expression := validation.get("messageExpression"):
                said = self._evaluate(expression, one, variables)
                if not isinstance(said, str) or not said:
                    raise Broken(f"{self.name}: {expression!r} says {said!r}")
        return [validation["message"] for validation in failed]

    def _evaluate(self, expression: str, one: Object, variables: Mapping[str, Any]) -> Any:
        data = {"object": one, "params": self.params or {}, "variables": dict(variables)}
        result = _compiled(expression).eval(data=data)
        if result.type().name() == "ERROR":
            raise Broken(f"{self.name}: {expression!r} of {one['kind']}: {result.plain_value()}")
        return result.plain_value()


def policies(found: Sequence[Object], params: Object) -> list[Policy]:
    """The policies among some objects; those that take parameters get these."""
    return [
        Policy(one, params if "paramKind" in one["spec"] else None)
        for one in found
        if one["kind"] == "ValidatingAdmissionPolicy"
    ]


@cache
def _environment() -> Any:
    names = ("object", "params", "variables")
    extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional()]
    return cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN), extensions=extensions)


@cache
def _compiled(expression: str) -> Any:
    try:
        return _environment().compile(expression)
    except RuntimeError as fault:
        raise Broken(f"{expression!r} is not CEL: {fault}") from fault
