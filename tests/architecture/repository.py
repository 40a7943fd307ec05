"""The files of the repository, as git sees them, and how a rule reports what breaks it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(root: Path) -> list[Path]:
    """What is or could be committed, relative to `root`."""
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if (root / path).is_file())


def modules(root: Path) -> list[Path]:
    """Its Python modules."""
    return [path for path in files(root) if path.suffix == ".py"]


def is_test(path: Path) -> bool:
    """Whether the module belongs to the tests of a service or of the repository."""
    return "tests" in path.parts or path.name == "conftest.py"


def tree(root: Path, path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((root / path).read_text("utf-8"), filename=str(path))


def calls(module: ast.Module) -> Iterator[ast.Call]:
    """Every call in it."""
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    """The last part of what is called: `commit` of `session.commit()`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
