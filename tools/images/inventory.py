"""What an image consists of: its components, the files of each, and what does not add up."""

import base64
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote

from tools.images.contents import Contents, resolve
from tools.images.inside.dpkg import packages

Kind = Literal["deb", "pypi", "interpreter", "application"]
_DPKG = PurePosixPath("var/lib/dpkg")
_HOME = PurePosixPath("opt/argosy")
_VENV = _HOME / "venv"
_OWN = ("libs", "services")
# Written while the image was made, out of what the packages brought.
_GENERATED = {
    *(PurePosixPath("etc", name) for name in ("passwd", "group", "ld.so.cache")),
    PurePosixPath("etc/ssl/certs/ca-certificates.crt"),
    *(_VENV / name for name in ("pyvenv.cfg", "lib64")),
    *(_VENV / "bin" / name for name in ("python", "python3", "python3.11")),
}
_MERGED = {PurePosixPath(name) for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32")}


@dataclass(frozen=True)
class Component:
    """A package with its files; a checksum is that which the package itself has recorded."""

    kind: Kind
    name: str
    version: str
    purl: str
    license: str = ""
    files: frozenset[PurePosixPath] = frozenset()
    checksums: dict[PurePosixPath, str] = field(default_factory=dict)


def components(contents: Contents) -> list[Component]:
    """Everything that the image's own records name, and what has no record: Python and Argosy."""
    system = [*_debian(contents), *_distributions(contents)]
    recorded = {path for component in system for path in component.files}
    return [*system, *_interpreter(contents, recorded), _application(contents)]


def faults(contents: Contents, found: Iterable[Component]) -> list[str]:
    """Files that belong to nothing, and files that are not as their package has recorded them."""
    listed = {path for component in found for path in component.files}
    said = [f"{path} belongs to no component" for path in contents if not _is_known(path, listed)]
    for component in found:
        for path in (component.files | component.checksums.keys()) - contents.keys():
            said.append(f"{path} of {component.name} is missing")
        for path, checksum in component.checksums.items():
            entry = contents.get(path)
            if entry and checksum not in (entry.md5, entry.sha256):
                said.append(f"{path} of {component.name} was changed")
    return sorted(said)


def lock_faults(found: Iterable[Component], pins: Sequence[str]) -> list[str]:
    """How the installed distributions differ from the pins, `name==version`, of the lock."""
    installed = {f"{one.name}=={one.version}" for one in found if one.kind == "pypi"}
    return [
        *(f"{pin} is locked but not installed" for pin in sorted(set(pins) - installed)),
        *(f"{pin} is installed but not locked" for pin in sorted(installed - set(pins))),
    ]


def python_version(contents: Contents) -> str:
    """The interpreter's full version."""
    settings = contents[_VENV / "pyvenv.cfg"].text
    (version,) = re.findall(r"^version = (\S+)", settings, re.MULTILINE)
    return str(version)


def _debian(contents: Contents) -> Iterator[Component]:
    for package in packages(contents[_DPKG / "status"].text):
        fields, info = package.fields, _DPKG / "info"
        lists = {kind: info / f"{package.stem}.{kind}" for kind in ("list", "md5sums")}
        lines = contents[lists["list"]].text.splitlines()
        paths = {resolve(contents, PurePosixPath(line.lstrip("/"))) for line in lines}
        sums = [line.split("  ", 1) for line in contents[lists["md5sums"]].text.splitlines()]
        version, architecture = fields["Version"], fields["Architecture"]
        yield Component(
            kind="deb",
            name=package.name,
            version=version,
            purl=f"pkg:deb/debian/{package.name}@{quote(version, safe='')}?arch={architecture}",
            files=frozenset({*lists.values(), *(path for path in paths if path in contents)}),
            checksums={resolve(contents, PurePosixPath(path)): md5 for md5, path in sums},
        )


def _distributions(contents: Contents) -> Iterator[Component]:
    for path in contents:
        if path.name == "METADATA" and path.parent.suffix == ".dist-info":
            about = HeaderParser().parsestr(contents[path].text)
            name = re.sub(r"[-_.]+", "-", about["Name"]).lower()
            rows = list(csv.reader(contents[path.parent / "RECORD"].text.splitlines()))
            folder = path.parent.parent
            # Its programs are left out: a container has one entrance.
            rows = [row for row in rows if not row[0].startswith("../")]
            yield Component(
                kind="pypi",
                name=name,
                version=about["Version"],
                purl=f"pkg:pypi/{name}@{quote(about['Version'], safe='')}",
                license=about["License-Expression"] or "",
                files=frozenset(folder / row[0] for row in rows),
                checksums={folder / row[0]: _hexadecimal(row[1]) for row in rows if row[1]},
            )


def _interpreter(contents: Contents, recorded: set[PurePosixPath]) -> Iterator[Component]:
    """A Python that no package has brought, as in the public images."""
    own = {path for path in contents if path.is_relative_to("usr/local")} - recorded
    if own:
        version = python_version(contents)
        purl = f"pkg:generic/python@{version}"
        license_ = "PSF-2.0"
        yield Component("interpreter", "python", version, purl, license_, frozenset(own))


def _application(contents: Contents) -> Component:
    own = {path for path in contents if any(path.is_relative_to(_HOME / folder) for folder in _OWN)}
    return Component("application", "argosy", "", "", "Apache-2.0", frozenset(own))


def _is_known(path: PurePosixPath, listed: set[PurePosixPath]) -> bool:
    if path in listed or path in _GENERATED or path in _MERGED or path == _DPKG / "status":
        return True
    if path.suffix == ".pyc" and path.parent.name == "__pycache__":
        return path.parent.parent / f"{path.name.partition('.')[0]}.py" in listed
    return False


def _hexadecimal(recorded: str) -> str:
    """A wheel's `sha256=<base64 without padding>` in the usual form."""
    encoded = recorded.partition("=")[2]
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()
