"""What a build is called: the project's version where its commit has that tag, else a snapshot."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.images.build import Release
from tools.release.signing import ReleaseRefused

_SHORT = 12


@dataclass(frozen=True)
class Version:
    """A name that is good for images and charts alike (SemVer, and a tag of a registry)."""

    name: str
    released: bool

    @classmethod
    def of(cls, release: Release, root: Path) -> "Version":
        """The same commit always has the same name, and later commits sort after earlier ones."""
        tags = _git(root, "tag", "--points-at", "HEAD").split()
        if f"v{release.version}" in tags:
            return cls(release.version, released=True)
        if wrong := [tag for tag in tags if tag.startswith("v")]:
            raise ReleaseRefused(
                f"the commit has the tag {wrong[0]}, but the project is at {release.version}"
            )
        at = _git(root, "show", "-s", "--format=%cd", "--date=format-local:%Y%m%dT%H%M%SZ", "HEAD")
        return cls(f"{release.version}-{at}.g{release.revision[:_SHORT]}", released=False)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        ["/usr/bin/env", "TZ=UTC", "git", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if done.returncode:
        raise ReleaseRefused(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()
