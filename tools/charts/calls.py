"""Who calls whom over the network: the one list from which both sides' policies are made."""

from collections.abc import Sequence
from typing import Any

from tools.charts.facts import ALL_IN_ONE, SIMULATOR, Service, of_all_in_one, of_service

# Pods of the chart data-eval.
_DATA = "data"
# The pod of `helm test`, which buys something as a shopper would.
TEST = "test"
_SHOPPING = ("accounts", "carts", "catalog", "inventory", "orders")


def calls(services: Sequence[Service]) -> list[dict[str, Any]]:
    """Caller, the components of it that call, and callee; first per service, then all in one."""
    found: list[dict[str, Any]] = []
    for service in services:
        found += _of(of_service(service))
    found += _of(of_all_in_one(services))
    found += [_call(SIMULATOR, [_DATA], to) for to in ("payments", ALL_IN_ONE)]
    found += [_call(TEST, [TEST], to) for to in (*_SHOPPING, ALL_IN_ONE)]
    return found


def _of(facts: dict[str, Any]) -> list[dict[str, Any]]:
    callers: dict[str, list[str]] = {}
    roles = {"web": facts["web"]}
    roles |= {f"worker-{pool}": pool_facts for pool, pool_facts in facts["workers"].items()}
    for component, role in roles.items():
        for address in role["addresses"]:
            if "service" in address:
                callers.setdefault(address["service"], []).append(component)
    return [_call(facts["name"], components, to) for to, components in callers.items()]


def _call(caller: str, components: list[str], callee: str) -> dict[str, Any]:
    component = _DATA if callee == SIMULATOR else "web"
    return {"from": caller, "components": components, "to": callee, "at": component}
