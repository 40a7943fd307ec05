"""What a release consists of on disk: archives, signatures, bills, checksums, notes."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.release.signing import ReleaseRefused, Signer

_SIGNATURES = (".prov", ".sigstore.json")
_UNRELEASED = "Unreleased"


@dataclass(frozen=True)
class Folder:
    """The folder `build` of the checkout."""

    root: Path

    @property
    def charts(self) -> list[Path]:
        """The archives of `make package`; refuses to go on without them."""
        found = sorted(self.root.glob("charts/*.tgz"))
        if not found:
            raise ReleaseRefused("there are no packaged charts: run `make package` first")
        return found

    @property
    def signatures(self) -> list[Path]:
        """Every signature of every chart; refuses to go on with a chart that has none."""
        found = []
        for chart in self.charts:
            mine = [file for ending in _SIGNATURES if (file := _beside(chart, ending)).is_file()]
            if not mine:
                raise ReleaseRefused(f"{chart.name} is not signed: run `make sign` first")
            found += mine
        return found

    def bills(self, images: Iterable[str]) -> list[Path]:
        """The bill of materials of each image; refuses to go on without one."""
        files = [self.root / "sbom" / f"argosy-{image}.cdx.json" for image in images]
        if missing := [file.name for file in files if not file.is_file()]:
            raise ReleaseRefused(f"{missing[0]} is missing: run `make sbom` first")
        return files

    def write(self, name: str, text: str) -> Path:
        """A file of the release itself."""
        file = self.root / "release" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file


def sign(folder: Folder, signers: Sequence[Signer]) -> list[Path]:
    """Sign every chart in every way; signatures of earlier archives are gone before."""
    for chart in folder.charts:
        for ending in _SIGNATURES:
            _beside(chart, ending).unlink(missing_ok=True)
    return [signer.sign(chart) for chart in folder.charts for signer in signers]


def checksums(files: Iterable[Path]) -> str:
    """As `sha256sum --check` reads them; by name, since a release has its files in one place."""
    lines = ((file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files)
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(lines))


def notes(changelog: str, version: str) -> str:
    """What the changelog says about the version, or about what comes next; never nothing."""
    sections = dict(
        re.findall(r"^## \[([^\]]+)\][^\n]*\n(.*?)(?=^## \[|\Z)", changelog, re.M | re.S)
    )
    text = sections.get(version) or sections.get(_UNRELEASED, "")
    if not text.strip():
        raise ReleaseRefused(f"CHANGELOG.md says nothing about {version}")
    return f"{text.strip()}\n"


def _beside(chart: Path, ending: str) -> Path:
    return chart.with_name(chart.name + ending)
