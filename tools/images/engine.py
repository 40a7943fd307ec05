"""The Docker command line as the tools use it: each call has a deadline and says why it failed."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_QUESTION = 10.0
_BUILD = 900.0
_LAST_LINES = 5
_LEFTOVERS = "label=argosy.stage"


class EngineError(Exception):
    """The engine refused, or there is none; the message is one sentence."""


@dataclass(frozen=True)
class Engine:
    """The engine that this client talks to: at the host, else the machine's or DOCKER_HOST's."""

    client: Path
    host: str = ""

    @property
    def answers(self) -> bool:
        try:
            self.run("version", "--format", "{{.Server.Version}}", seconds=_QUESTION)
        except EngineError:
            return False
        return True

    @property
    def machine(self) -> str:
        """What its images run on, as uname calls it."""
        named = self.run("version", "--format", "{{.Server.Arch}}").strip()
        return {"amd64": "x86_64", "arm64": "aarch64"}.get(named, named)

    def run(self, *arguments: str | Path, seconds: float = 60.0) -> str:
        """What the command printed on standard output."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell
                [self.client, *(["--host", self.host] if self.host else []), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise EngineError(f"docker {arguments[0]} did not end within {seconds:.0f} s") from late
        if done.returncode:
            raise EngineError(f"docker {arguments[0]} failed: {_reason(done.stdout, done.stderr)}")
        return done.stdout

    def find(self, image: str) -> str | None:
        """The ID of an image that the engine has."""
        return self.run("images", "--quiet", "--no-trunc", image).strip() or None

    def inspect(self, image: str) -> dict[str, Any]:
        """What the engine knows about an image."""
        known: list[dict[str, Any]] = json.loads(self.run("image", "inspect", image))
        return known[0]

    def build(self, recipe: "Recipe", tag: str) -> str:
        """Build without a network, give the image a name, and return its ID."""
        self.run(
            "build", "--quiet", "--network", "none", "--tag", tag, *recipe.words, seconds=_BUILD
        )
        return str(self.inspect(tag)["Id"])

    def discard(self, *images: str) -> None:
        """Remove these images, and what builds of an hour ago or more have left behind."""
        for image in images:
            if self.find(image):
                self.run("rmi", "--force", image)
        self.run("image", "prune", "--force", "--filter", _LEFTOVERS, "--filter", "until=1h")


@dataclass(frozen=True)
class Recipe:
    """A Dockerfile of a folder, its arguments, one of its targets (else the last one).

    A fresh build takes nothing from an earlier one.
    """

    context: Path
    dockerfile: str
    arguments: Mapping[str, str]
    target: str = ""
    fresh: bool = False

    @property
    def words(self) -> list[str | Path]:
        """The words of `docker build` for it."""
        words: list[str | Path] = ["--file", self.context / self.dockerfile]
        for name, value in self.arguments.items():
            words += ["--build-arg", f"{name}={value}"]
        words += ["--target", self.target] if self.target else []
        words += ["--no-cache"] if self.fresh else []
        return [*words, self.context]


def _reason(output: str, errors: str) -> str:
    lines = [line for line in f"{output}\n{errors}".splitlines() if line.strip()]
    return "\n".join(lines[-_LAST_LINES:]) or "it did not say why"
