"""Modules and functions stay small enough to be read at once."""

import ast
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, is_test, modules, tree

MODULE_LINES = 300
TEST_LINES = 400
FUNCTION_LINES = 50


def long_modules(root: Path) -> list[str]:
    """Modules over their limit."""
    return [
        f"{path}: {lines} lines"
        for path in modules(root)
        if (lines := len((root / path).read_text("utf-8").splitlines()))
        > (TEST_LINES if is_test(path) else MODULE_LINES)
    ]


def long_functions(root: Path) -> list[str]:
    """Functions over their limit, decorators not counted; a migration is a list, not logic."""
    return [
        f"{path}:{node.lineno}: {node.name} has {lines} lines"
        for path in modules(root)
        if "migrations" not in path.parts
        for node in ast.walk(tree(root, path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def test_no_module_is_too_long():
    assert long_modules(ROOT) == []


def test_no_function_is_too_long():
    assert long_functions(ROOT) == []


@pytest.mark.parametrize(
    ("path", "limit"), [("libs/long.py", MODULE_LINES), ("tests/test_long.py", TEST_LINES)]
)
def test_a_long_module_is_reported(plant, path, limit):
    assert long_modules(plant(path, "x = 1\n" * limit)) == []

    assert long_modules(plant(path, "x = 1\n" * (limit + 1))) == [f"{path}: {limit + 1} lines"]


def test_a_long_function_is_reported(plant):
    body = "    x = 1\n"

    assert long_functions(plant("libs/a.py", f"def f():\n{body * 49}")) == []
    assert long_functions(plant("libs/a.py", f"def f():\n{body * 50}")) == [
        "libs/a.py:1: f has 51 lines"
    ]
