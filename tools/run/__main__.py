"""`python -m tools.run` starts the whole shop; `python -m tools.run reset` forgets its data."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said before an older Python stumbles over the rest
    sys.exit("Argosy needs Python 3.11 or newer, this is " + sys.version.split()[0])

import argparse
import os

from libs.settings import SettingsError
from libs.testing.process import ProcessFailed
from libs.testing.servers.private import ServerFailed
from libs.testing.shop_client import ShopFailed
from tools.run.launcher import Launcher
from tools.run.place import Place
from tools.run.settings import RunSettings
from tools.run.supervisor import GaveUp


def main() -> None:
    """What cannot work is said in one sentence, and the exit code is 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("start", "reset"), default="start")
    command = parser.parse_args().command
    try:
        settings = RunSettings.from_env(os.environ)
        if command == "reset":
            Place(settings.home).remove()
        else:
            Launcher(settings, _say).run()
    except (SettingsError, ServerFailed, ProcessFailed, GaveUp, ShopFailed) as fault:
        sys.exit(f"Argosy cannot run: {fault}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
