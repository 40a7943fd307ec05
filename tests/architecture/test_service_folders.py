"""Every service looks alike, so that unknown code is familiar."""

from pathlib import Path

from tests.architecture.repository import ROOT, files

REQUIRED = {
    *("Dockerfile", "README.md", "__init__.py", "app.py", "migrations", "tests", "worker.py"),
}
# A module over the size limit becomes a package of the same name.
ALLOWED_MODULES = {
    "app",
    "commands",
    "errors",
    "extension",
    "metrics",
    "models",
    "queries",
    "routes",
    "rules",
    "sagas",
    "schemas",
    "settings",
    "tasks",
    "worker",
}
# What only one service has to do, named after what it wraps.
OWN_MODULES = {
    "accounts": {"cli", "oidc", "passwords", "tokens"},
    "catalog": {"media", "search"},
    "notifications": {"channels", "rendering"},
    "payments": {"providers", "resolver"},
    "recommendations": {"cli", "publisher", "store"},
}


def services(root: Path) -> dict[str, set[str]]:
    """The names directly below each service's folder."""
    found: dict[str, set[str]] = {}
    for path in files(root):
        if path.parts[0] == "services" and len(path.parts) > 2:
            found.setdefault(path.parts[1], set()).add(path.parts[2])
    return found


def lacking(root: Path) -> list[str]:
    """What a service must have and has not."""
    return [
        f"{service} has no {name}"
        for service, names in services(root).items()
        for name in sorted(REQUIRED - names)
    ]


def strange(root: Path) -> list[str]:
    """Modules and packages that other services do not have."""
    return [
        f"{service}/{name}"
        for service, names in services(root).items()
        for name in sorted(names - REQUIRED)
        if _is_code(root / "services" / service / name)
        and name.removesuffix(".py") not in ALLOWED_MODULES | OWN_MODULES.get(service, set())
    ]


def _is_code(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


def test_every_service_has_the_same_parts():
    assert lacking(ROOT) == []


def test_no_service_has_a_part_of_its_own_kind():
    assert strange(ROOT) == []


def test_a_missing_part_is_reported(plant):
    for name in ("__init__.py", "app.py", "worker.py", "migrations/0001_x.py", "tests/test_x.py"):
        root = plant(f"services/orders/{name}", "")
    plant("services/orders/Dockerfile", "")

    assert lacking(root) == ["orders has no README.md"]


def test_a_strange_part_is_reported(plant):
    for name in ("commands.py", "rules/__init__.py", "helpers.py", "managers/__init__.py"):
        root = plant(f"services/orders/{name}", "")

    assert strange(root) == ["orders/helpers.py", "orders/managers"]
