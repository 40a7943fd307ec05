"""The GitHub workflows as data: files, jobs, what they run and what they use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.repository import ROOT
from tests.platform.pipelines.makefile import called

GITHUB = ROOT / ".github"
LOCAL = "./"
_USES = re.compile(r"^\s*(?:- )?uses: (?P<action>\S+)(?P<comment>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Workflow:
    """One file below .github/workflows, every scalar a text."""

    path: Path
    document: dict[str, Any]

    @property
    def events(self) -> dict[str, Any]:
        return dict(self.document["on"])

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return dict(self.document["jobs"])

    def steps(self) -> Iterator[dict[str, Any]]:
        """Every step of every job, in the order of the file."""
        for job in self.jobs.values():
            yield from job.get("steps", [])

    def commands(self) -> list[str]:
        """Every line of shell."""
        runs = (step["run"] for step in self.steps() if "run" in step)
        return [line for run in runs for line in run.splitlines()]

    def targets(self) -> list[str]:
        """The targets of the Makefile that it calls, in the order of the file."""
        return [target for command in self.commands() for target in called(command)]


def workflow(name: str) -> Workflow:
    """One workflow by the name of its file."""
    path = GITHUB / "workflows" / f"{name}.yaml"
    # No resolution of types: `on` would become a truth value.
    return Workflow(path, yaml.load(path.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506 - texts alone


def files() -> list[Path]:
    """Every workflow and every action of ours."""
    return sorted([*GITHUB.glob("workflows/*.y*ml"), *GITHUB.glob("actions/*/action.y*ml")])


def workflows() -> list[Workflow]:
    """Every workflow."""
    return [workflow(path.stem) for path in sorted((GITHUB / "workflows").iterdir())]


def uses(text: str) -> list[tuple[str, str]]:
    """Every action that a file uses, and the comment behind it."""
    return [(use["action"], use["comment"].strip()) for use in _USES.finditer(text)]
