"""`make new-service NAME=parcels`: a service that starts, answers and passes every test."""

import argparse
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from libs.runtime import registry

ROOT = Path(__file__).resolve().parents[2]
_TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[a-z]{3,30}")
# What the other parts of the repository derive from which services there are.
_GENERATORS = (
    ("tools.charts", "write"),
    ("tools.monitoring", "write"),
    ("tools.manifests",),
    ("tools.env_example",),
    ("tools.docs",),
)
_TABLE = "| Service | Owns |\n|---|---|\n"


class Refused(Exception):
    """The service cannot be made; the message says why."""


def words(names: str, name: str | None, root: Path) -> dict[str, str]:
    """What the templates say; Refused for a name that is taken or would not fit."""
    if not _NAME.fullmatch(names) or keyword.iskeyword(names):
        raise Refused(f"{names!r} is not one plural word of 3 to 30 small letters")
    if (root / "services" / names).exists():
        raise Refused(f"there is a service {names} already")
    name = name or names.removesuffix("s")
    if not _NAME.fullmatch(name) or name == names:
        raise Refused(f"give the singular of {names}, as in ONE=parcel")
    return {
        "names": names,
        "name": name,
        "Names": names.capitalize(),
        "Name": name.capitalize(),
        "prefix": _prefix(name, root),
    }


def files(said: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Each file of the service, below its folder."""
    for template in sorted(_TEMPLATE.rglob("*.txt")):
        place = template.relative_to(_TEMPLATE).with_suffix("")
        if place.parent.name == "migrations":
            place = place.with_stem(f"{place.stem}_{said['names']}")
        yield place, Template(template.read_text("utf-8")).substitute(said)


def write(said: Mapping[str, str], root: Path) -> None:
    """The service's own files, and its line in the list of services."""
    for place, text in files(said):
        file = root / "services" / said["names"] / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    page = root / "README.md"
    before, table, after = page.read_text("utf-8").partition(_TABLE)
    rows, blank, rest = after.partition("\n\n")
    row = f"| {said['names']} | {said['names']} |"
    page.write_text(f"{before}{table}{rows}\n{row}{blank}{rest}", "utf-8")


def _prefix(name: str, root: Path) -> str:
    """The shortest head of the name, three letters at least, that no identifier has."""
    code = "".join(
        file.read_text("utf-8") for file in (root / "services").rglob("*.py") if file.is_file()
    )
    taken = set(re.findall(r"""(?:Id\(|id\(|to_text\()["']([a-z]+)["']""", code))
    for length in range(3, len(name) + 1):
        if name[:length] not in taken:
            return name[:length]
    raise Refused(f"identifiers that begin with {name}_ exist already; give another ONE=")


def main() -> None:
    """The program's entry."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_service", description=__doc__)
    parser.add_argument("names", help="what it is called: one plural word, such as parcels")
    parser.add_argument("--one", help="the singular, where it is not the name without its last s")
    given = parser.parse_args()
    try:
        write(words(given.names, given.one, ROOT), ROOT)
    except Refused as refusal:
        sys.exit(str(refusal))
    for module, *arguments in _GENERATORS:
        subprocess.run(  # noqa: S603 - our own programs
            [sys.executable, "-m", module, *arguments], cwd=ROOT, timeout=300, check=True
        )
    known = len(registry.discover())
    print(f"services/{given.names} is made, the shop has {known} services; `make test` tries them")


if __name__ == "__main__":
    main()
