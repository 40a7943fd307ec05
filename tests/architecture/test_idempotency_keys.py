"""Whoever stores idempotency keys also forgets them, or the table grows for ever."""

from pathlib import Path

from tests.architecture.repository import ROOT, called_name, calls, is_test, modules, tree

_STORES, _FORGETS = "idempotent", "purge_expired"


def hoarders(root: Path) -> list[str]:
    """The services whose routes store keys and whose tasks never remove one."""
    callers: dict[str, set[str]] = {_STORES: set(), _FORGETS: set()}
    for path in modules(root):
        if path.parts[0] == "services" and not is_test(path):
            for call in calls(tree(root, path)):
                callers.get(called_name(call), set()).add(path.parts[1])
    return sorted(callers[_STORES] - callers[_FORGETS])


def test_every_service_with_idempotent_operations_purges_their_keys():
    assert hoarders(ROOT) == []


def test_a_service_that_keeps_its_keys_is_reported(plant):
    root = plant("services/orders/routes.py", "idempotent(required=True)")
    root = plant("services/catalog/routes/products.py", "idempotent(required=False)")
    root = plant("services/catalog/tasks.py", "purge_expired(session)")

    assert hoarders(root) == ["orders"]
