"""Constructs that would break a promise of the architecture appear nowhere."""

import ast
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, called_name, calls, files, is_test, modules, tree

# `transaction()` is the one way to a commit; a migration holds its lock outside of any.
MAY_COMMIT = {"libs/db/transaction.py", "libs/db/migrate.py"}
_COMMITS = {"commit", "begin"}
# Timers live in tables, retries in the saga's row, and there are no results to fetch.
CELERY_CALLS = {"apply_async", "delay", "AsyncResult"}
CELERY_OPTIONS = {"countdown", "eta"}
CELERY_NAMES = {"chain", "chord", "chunks", "group", "signature", "AsyncResult", "GroupResult"}
# Spelled apart, or this file would break its own rule.
UNFINISHED = ("TO" + "DO", "FIX" + "ME")


def commits(root: Path) -> list[str]:
    """Whatever commits outside of the kernel: `commit()`, or a `begin()` that does at its end."""
    return [
        f"{path}:{call.lineno}"
        for path in modules(root)
        if str(path) not in MAY_COMMIT and not is_test(path)
        for call in calls(tree(root, path))
        if isinstance(call.func, ast.Attribute) and called_name(call) in _COMMITS
    ]


def celery_features(root: Path) -> list[str]:
    """Celery's own timers, retries, canvas and results."""
    return [
        f"{path}:{node.lineno}: {word}"
        for path in modules(root)
        for node in ast.walk(tree(root, path))
        if isinstance(node, ast.Call | ast.ImportFrom)
        for word in sorted(_celery_words(node))
    ]


def code_in_packages(root: Path) -> list[str]:
    """`__init__.py` files that hold more than a docstring."""
    return [
        str(path)
        for path in modules(root)
        if path.name == "__init__.py" and not _is_docstring_only(tree(root, path))
    ]


def unfinished(root: Path) -> list[str]:
    """Files with a note that something is still to be done."""
    return [
        f"{path}: {word}"
        for path in files(root)
        for word in UNFINISHED
        if word.encode() in (root / path).read_bytes()
    ]


def _celery_words(node: ast.Call | ast.ImportFrom) -> set[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="retry", value=ast.Name(id="self" | "task"))):
            return {"retry"}
        case ast.Call():
            options = {keyword.arg or "" for keyword in node.keywords}
            return ({called_name(node)} & CELERY_CALLS) | (options & CELERY_OPTIONS)
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] == "celery":
            return {name.name for name in node.names} & CELERY_NAMES
    return set()


def _is_docstring_only(module: ast.Module) -> bool:
    return not module.body or (len(module.body) == 1 and ast.get_docstring(module) is not None)


@pytest.mark.parametrize("rule", [commits, celery_features, code_in_packages, unfinished])
def test_the_repository_keeps_the_rule(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize("call", ["session.commit()", "session.begin()"])
def test_a_commit_is_reported_outside_the_kernel(plant, call):
    plant("libs/db/transaction.py", f"{call}\n")

    root = plant("services/orders/commands.py", f"{call}\n")

    assert commits(root) == ["services/orders/commands.py:1"]


def test_every_module_that_may_commit_does():
    idle = [
        path
        for path in MAY_COMMIT
        if not _COMMITS & {called_name(call) for call in calls(tree(ROOT, Path(path)))}
    ]

    assert idle == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("pay.apply_async()", "apply_async"),
        ("pay.delay()", "delay"),
        ("self.retry()", "retry"),
        ("send(countdown=5)", "countdown"),
        ("send(eta=later)", "eta"),
        ("from celery import chord", "chord"),
        ("from celery.canvas import chain", "chain"),
        ("app.AsyncResult(id)", "AsyncResult"),
    ],
)
def test_a_celery_feature_is_reported(plant, line, word):
    root = plant("services/orders/tasks.py", f"{line}\n")

    assert celery_features(root) == [f"services/orders/tasks.py:1: {word}"]


def test_what_only_looks_like_celery_is_allowed(plant):
    text = "from itertools import chain\nmatch.group(1)\nsaga.retry()\n"

    assert celery_features(plant("libs/saga/reducer.py", text)) == []


def test_code_in_a_package_file_is_reported(plant):
    plant("libs/__init__.py", "")
    plant("libs/db/__init__.py", '"""The database."""\n')

    root = plant("libs/http/__init__.py", '"""HTTP."""\nimport flask\n')

    assert code_in_packages(root) == ["libs/http/__init__.py"]


@pytest.mark.parametrize("word", UNFINISHED)
def test_a_note_of_unfinished_work_is_reported(plant, word):
    root = plant("docs/plan.md", f"{word} write it\n")

    assert unfinished(root) == [f"docs/plan.md: {word}"]
