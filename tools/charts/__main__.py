"""`python -m tools.charts`: what the charts take from the code, and what is made of them."""

import argparse
import sys
from pathlib import Path

from tools.charts import facts, work
from tools.charts.files import CHARTS, Link, Tree, scaffold, tree


def write(wanted: Tree, folder: Path) -> None:
    """Put every file and link in place."""
    for path, content in wanted.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            place.unlink(missing_ok=True)
            place.symlink_to(content.target)
        else:
            place.write_text(content, "utf-8")


def stale(wanted: Tree, folder: Path) -> list[str]:
    """The files that differ from what the code says."""
    return [str(path) for path, content in wanted.items() if _found(folder / path) != content]


def _found(place: Path) -> str | Link | None:
    if place.is_symlink():
        return Link(str(place.readlink()))
    return place.read_text("utf-8") if place.is_file() else None


def main() -> None:
    """Exit code 1 with one sentence when the charts are not as they should be."""
    parser = argparse.ArgumentParser(prog="python -m tools.charts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write what the charts take from the code")
    commands.add_parser("check", help="only compare")
    commands.add_parser("render", help="render every chart into build/rendered")
    commands.add_parser("lint", help="compare, and check every chart")
    commands.add_parser("package", help="make the archive of every chart in build/charts")
    _COMMANDS[parser.parse_args().command]()


def _write() -> None:
    once = scaffold(facts.discover())
    write({path: text for path, text in once.items() if not (CHARTS / path).exists()}, CHARTS)
    write(tree(), CHARTS)


def _check() -> None:
    if old := stale(tree(), CHARTS):
        sys.exit(f"`make charts` has to write these again: {', '.join(old)}")


def _lint() -> None:
    _check()
    work.lint()


_COMMANDS = {
    "write": _write,
    "check": _check,
    "render": work.render,
    "lint": _lint,
    "package": work.package,
}


if __name__ == "__main__":
    main()
