"""A repository to plant violations in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Plant = Callable[[str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """`plant(path, text)` adds a file to an otherwise empty repository and returns its root."""
    subprocess.run(["/usr/bin/env", "git", "init", "--quiet"], cwd=tmp_path, timeout=30, check=True)

    def add(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return tmp_path

    return add
