"""`python -m tools.monitoring`: the rules and dashboards that are made from the code."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from libs.testing.servers.programs import MissingProgram, monitoring_program
from tools.monitoring.files import CHARTS, tree
from tools.monitoring.objectives import BadObjective


def write(wanted: Mapping[Path, str], folder: Path) -> None:
    """Put every file in place."""
    for path, content in wanted.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")


def stale(wanted: Mapping[Path, str], folder: Path) -> list[str]:
    """The files that differ from what the code says, or that it says nothing of any more."""
    made = {*folder.glob("*/alerts/budgets.yaml"), *folder.glob("*/dashboards/*.json")}
    known = {folder / path: content for path, content in wanted.items()}
    different = [path for path, content in known.items() if _read(path) != content]
    return sorted(str(path.relative_to(folder)) for path in {*different, *(made - known.keys())})


def _read(place: Path) -> str | None:
    return place.read_text("utf-8") if place.is_file() else None


def check_rules(folder: Path) -> None:
    """All rule files, generated or not; SystemExit with what promtool says."""
    files = [str(path) for path in sorted(folder.glob("*/alerts/*.yaml"))]
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [monitoring_program("promtool"), "check", "rules", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def main() -> None:
    """Exit code 1 and a reason when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.monitoring", description=__doc__)
    parser.add_argument("command", choices=("write", "check"), help="`check` only compares")
    command = parser.parse_args().command
    try:
        wanted = tree()
        if command == "write":
            write(wanted, CHARTS)
        elif old := stale(wanted, CHARTS):
            sys.exit(f"`make rules` has to write these again: {', '.join(old)}")
        check_rules(CHARTS)
    except (BadObjective, MissingProgram) as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
