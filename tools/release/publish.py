"""Brings images and charts to a registry, and what belongs to them to the page of the release."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helm_python import HelmError, registry

from tools.images.build import ALL_IN_ONE, Release
from tools.images.engine import Engine
from tools.release.signing import ReleaseRefused
from tools.release.version import Version

_PUSH_SECONDS = 900.0
_PAGE_SECONDS = 300.0
_REGISTRY = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*")
_CREDENTIALS = "ARGOSY_REGISTRY_CREDENTIALS"


@dataclass(frozen=True)
class Registry:
    """Where images and charts go: `host[:port]/path`, and who we are there."""

    place: str
    credentials: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Registry":
        """What REGISTRY names; a registry knows lower case alone, a forge does not."""
        place = environ.get("REGISTRY", "").lower().strip("/")
        if not _REGISTRY.fullmatch(place):
            raise ReleaseRefused("REGISTRY does not say where images and charts go: host/path")
        given = environ.get(_CREDENTIALS)
        credentials = Path(given) if given else Path.home() / ".docker" / "config.json"
        if credentials.name != "config.json":
            raise ReleaseRefused(f"{_CREDENTIALS} must be a file that is called config.json")
        return cls(place, credentials)

    def image(self, name: str, tag: str) -> str:
        """The full name of an image there."""
        return f"{self.place}/argosy/{name}:{tag}"

    @property
    def charts(self) -> str:
        return f"oci://{self.place}/charts"


def push_images(
    engine: Engine, built: Release, names: Iterable[str], to: Registry, version: Version
) -> dict[str, str]:
    """Push every image; the digest of each, by its name."""
    digests = {}
    for name in names:
        there = to.image(name, version.name)
        engine.run("tag", built.name(name), there)
        engine.run("push", "--quiet", there, seconds=_PUSH_SECONDS)
        digests[name] = digest_of(engine.inspect(there), there)
    return digests


def digest_of(image: Mapping[str, Any], name: str) -> str:
    """The digest under which the registry knows the image."""
    place = f"{name.rpartition(':')[0]}@"
    found = [known for known in image["RepoDigests"] or () if known.startswith(place)]
    if not found:
        raise ReleaseRefused(f"the registry has given {name} no digest")
    return str(found[0].removeprefix(place))


def image_values(digests: Mapping[str, str], to: Registry, version: Version) -> dict[str, Any]:
    """The values of the umbrella that install exactly these images."""
    own = {name: {"image": {"digest": digest}} for name, digest in digests.items()}
    values: dict[str, Any] = {"global": {"image": {"registry": to.place, "tag": version.name}}}
    if ALL_IN_ONE in own:
        values["allInOne"] = own.pop(ALL_IN_ONE)
    return values | own


def push_charts(charts: Iterable[Path], to: Registry, *, plain_http: bool = False) -> None:
    """Push every chart; its provenance lies beside it and goes along."""
    client = registry.RegistryClient(plain_http=plain_http, credentials_file=to.credentials)
    with client:
        for chart in charts:
            try:
                registry.push(chart, to.charts, client=client, plain_http=plain_http)
            except HelmError as fault:
                raise ReleaseRefused(f"{chart.name} could not be pushed: {fault}") from fault


def open_page(
    version: Version, notes: Path, files: Sequence[Path], environ: Mapping[str, str]
) -> bool:
    """Open the release's page on the forge with its files; False where there is no way to do it."""
    program = shutil.which("gh", path=environ.get("PATH", os.defpath))
    if not (program and environ.get("GH_TOKEN")):
        return False
    done = subprocess.run(  # noqa: S603 - a program of the caller's, no shell
        [program, *page_arguments(version, notes, files)],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PAGE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ReleaseRefused(f"the page of the release could not be opened: {done.stderr.strip()}")
    return True


def page_arguments(version: Version, notes: Path, files: Sequence[Path]) -> list[str]:
    """What `gh` is told; it refuses a tag that does not exist."""
    tag = f"v{version.name}"
    options = ["--verify-tag", "--title", f"Argosy {version.name}", "--notes-file", str(notes)]
    return ["release", "create", tag, *options, *map(str, files)]
