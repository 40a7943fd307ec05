"""Debian's record of installed packages: who owns which file, and a record of some of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORD = Path("var/lib/dpkg")
_FIELD = re.compile(r"^([A-Za-z-]+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One installed package, as its stanza in the status file describes it."""

    stanza: str

    @property
    def fields(self) -> dict[str, str]:
        """The first line of each field."""
        return dict(_FIELD.findall(self.stanza))

    @property
    def name(self) -> str:
        return self.fields["Package"]

    @property
    def stem(self) -> str:
        """How its files in the record are called."""
        fields = self.fields
        if fields.get("Multi-Arch") == "same":
            return f"{fields['Package']}:{fields['Architecture']}"
        return fields["Package"]


def packages(status: str) -> Iterator[Package]:
    """The installed packages of a status file."""
    for stanza in status.strip().split("\n\n"):
        if "\nStatus: install ok installed" in stanza:
            yield Package(stanza)


class Database:
    """The record below a root folder."""

    def __init__(self, root: Path) -> None:
        self._folder = root / RECORD
        status = (self._folder / "status").read_text("utf-8")
        self.packages = {package.name: package for package in packages(status)}

    def files(self, package: Package) -> list[Path]:
        """Everything it has installed, folders included, in the order of the record."""
        listed = self._folder / "info" / f"{package.stem}.list"
        return [Path(line) for line in listed.read_text("utf-8").splitlines() if line != "/."]

    def checksums(self, package: Package) -> dict[str, str]:
        """The MD5 of each file that has one, by its path without the leading slash."""
        sums = self._folder / "info" / f"{package.stem}.md5sums"
        if not sums.exists():
            return {}
        lines = sums.read_text("utf-8").splitlines()
        return {path: md5 for md5, path in (line.split("  ", 1) for line in lines)}

    def record(self, kept: dict[str, list[Path]], root: Path) -> None:
        """Write the record of these packages below `root`, as if they had no other files."""
        folder = root / RECORD
        (folder / "info").mkdir(parents=True)
        chosen = [self.packages[name] for name in sorted(kept)]
        (folder / "status").write_text("\n\n".join(one.stanza for one in chosen) + "\n", "utf-8")
        for package in chosen:
            paths = [str(path) for path in kept[package.name]]
            sums = self.checksums(package)
            still = [(sums[path[1:]], path[1:]) for path in paths if path[1:] in sums]
            info = folder / "info" / package.stem
            info.with_name(f"{info.name}.list").write_text("\n".join(paths) + "\n", "utf-8")
            info.with_name(f"{info.name}.md5sums").write_text(
                "".join(f"{md5}  {path}\n" for md5, path in still), "utf-8"
            )
