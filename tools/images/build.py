"""`make images`: the builder, the base, one image for each service and one that holds them all."""

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from libs.runtime import registry
from libs.testing.servers.programs import MissingProgram
from tools.images import base
from tools.images.daemon import running_engine
from tools.images.engine import Engine, EngineError, Recipe
from tools.images.wheels import WheelsMissing, collect

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.txt"
ALL_IN_ONE = "all-in-one"


@dataclass(frozen=True)
class Release:
    """What images are built from, how they are called, and what they say about their origin."""

    version: str
    revision: str
    repository: str = "argosy"
    root: Path = ROOT

    @classmethod
    def of_checkout(cls) -> "Release":
        """The project's version and the commit that is checked out."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        git = subprocess.run(
            ["/usr/bin/env", "git", "rev-parse", "HEAD"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return cls(project["version"], git.stdout.strip() or "unknown")

    def name(self, image: str) -> str:
        """The full name of one image."""
        return f"{self.repository}/{image}:{self.version}"

    @property
    def arguments(self) -> dict[str, str]:
        """What every Dockerfile is told."""
        return {"VERSION": self.version, "REVISION": self.revision}


def images() -> tuple[str, ...]:
    """The images that a release consists of."""
    return (*registry.discover(), ALL_IN_ONE)


def build_base(
    engine: Engine, release: Release, python_image: str | None, *, fresh: bool = False
) -> None:
    """Build the builder and what every image stands on; None takes the public base image."""
    collect(LOCK, engine.machine, release.root / "build" / "wheels")
    arguments = release.arguments
    if python_image:
        arguments |= {"PYTHON_IMAGE": python_image}
    base = Recipe(release.root, "Dockerfile.base", arguments, "runtime", fresh)
    engine.build(base, release.name("base"))
    # The engine has just made it on the way to the base, and only gives it a name.
    engine.build(replace(base, target="builder", fresh=False), release.name("builder"))


def build(
    engine: Engine, release: Release, names: Sequence[str], *, fresh: bool = False
) -> Iterator[tuple[str, str]]:
    """Build the named images, and tell the full name and the ID of each."""
    arguments = release.arguments | {
        "BUILDER_IMAGE": release.name("builder"),
        "BASE_IMAGE": release.name("base"),
    }
    for name in names:
        dockerfile = "Dockerfile" if name == ALL_IN_ONE else f"services/{name}/Dockerfile"
        recipe = Recipe(release.root, dockerfile, arguments, fresh=fresh)
        yield release.name(name), engine.build(recipe, release.name(name))


def main() -> None:
    """The program's entry; what cannot work is one sentence."""
    parser = argparse.ArgumentParser(prog="make images", description=__doc__)
    parser.add_argument("names", nargs="*", help="some images; all of them by default")
    names = parser.parse_args().names or images()
    if unknown := set(names) - set(images()):
        parser.error(f"there is no image {min(unknown)!r}, only {', '.join(images())}")
    try:
        with running_engine() as engine:
            _build_all(engine, Release.of_checkout(), names)
    except (EngineError, WheelsMissing, MissingProgram) as fault:
        sys.exit(f"The images cannot be built: {fault}")


def _build_all(engine: Engine, release: Release, names: Sequence[str]) -> None:
    local = base.LOCAL if engine.find(base.LOCAL) else None
    print("Building on", local or "the public image that Dockerfile.base names", flush=True)
    try:
        build_base(engine, release, local)
    except EngineError as fault:
        advice = "" if local else " (without a registry, run `make base-image` first)"
        raise EngineError(f"{fault}{advice}") from fault
    for name, image_id in build(engine, release, names):
        print(name, image_id, flush=True)


if __name__ == "__main__":
    main()
