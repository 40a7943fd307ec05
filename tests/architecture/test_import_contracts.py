"""Every import contract holds, and reports the violation it is there for."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACT_IDS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
}
# A tree of every kind of module, without an import.
_MODULES = (
    *("libs/__init__", "libs/money", "libs/messaging/__init__", "libs/messaging/message"),
    *("libs/messaging/worker", "libs/contracts/__init__", "libs/contracts/orders"),
    *("services/__init__", "services/carts/__init__", "services/carts/queries"),
    *("services/orders/__init__", "services/orders/app", "services/orders/worker"),
    *("services/orders/routes", "services/orders/tasks", "services/orders/commands"),
    *("services/orders/queries", "services/orders/sagas", "services/orders/models"),
    *("services/orders/rules", "services/orders/errors"),
    *("tools/__init__", "bench/__init__", "tests/__init__"),
)
_BUSINESS = ("commands", "queries", "sagas", "models", "rules")
_VIOLATIONS = [
    ("independent-services", "services/orders/commands", "import services.carts.queries"),
    ("independent-services", "services/orders/worker", "import services.carts"),
    ("platform-below-business", "libs/money", "import services.orders.rules"),
    ("platform-below-business", "libs/money", "import tools"),
    ("platform-below-business", "services/orders/rules", "import tests"),
    ("platform-below-business", "services/orders/app", "import bench"),
    ("layers-of-a-service", "services/orders/rules", "import services.orders.models"),
    ("layers-of-a-service", "services/orders/models", "import services.orders.sagas"),
    ("layers-of-a-service", "services/orders/sagas", "import services.orders.queries"),
    ("layers-of-a-service", "services/orders/commands", "import services.orders.routes"),
    ("layers-of-a-service", "services/orders/tasks", "import services.orders.worker"),
    *(
        ("business-without-frameworks", f"services/orders/{module}", f"import {framework}")
        for module, framework in zip(
            (*_BUSINESS, "commands"),
            ("flask", "flask_smorest", "celery", "kombu", "flask", "celery"),
            strict=True,
        )
    ),
    ("contracts-are-plain-data", "libs/contracts/orders", "import libs.messaging.worker"),
    ("contracts-are-plain-data", "libs/contracts/orders", "import sqlalchemy"),
]


def _broken_contracts(root: Path) -> set[str]:
    script = Path(sys.executable).with_name("lint-imports")
    lint = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [script, "--no-logo", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = lint.stdout.splitlines()
    found = {id_ for id_, name in CONTRACT_IDS.items() if f"{name} BROKEN" in lines}
    kept = {id_ for id_, name in CONTRACT_IDS.items() if f"{name} KEPT" in lines}
    assert found | kept == set(CONTRACT_IDS), lint.stdout + lint.stderr
    return found


@pytest.fixture
def tree(tmp_path):
    for module in _MODULES:
        path = tmp_path / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name in ("pyproject.toml", "tools/import_contracts.py"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    return tmp_path


def test_the_project_keeps_every_contract():
    assert _broken_contracts(ROOT) == set()


def test_a_tree_without_violation_keeps_every_contract(tree):
    allowed = "import json\nimport msgspec\nimport libs.money\nimport libs.messaging.message\n"
    (tree / "libs/contracts/orders.py").write_text(allowed)
    (tree / "services/orders/app.py").write_text("import flask\nimport services.orders.routes\n")

    assert _broken_contracts(tree) == set()


@pytest.mark.parametrize(("contract", "module", "line"), _VIOLATIONS)
def test_a_contract_reports_its_violation(tree, contract, module, line):
    (tree / f"{module}.py").write_text(f"{line}\n")

    assert _broken_contracts(tree) == {contract}


def test_every_contract_has_a_planted_violation():
    assert {contract for contract, _, _ in _VIOLATIONS} == set(CONTRACT_IDS)
