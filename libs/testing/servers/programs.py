"""Where the server programs of the Debian packages are, and which unprivileged user runs them."""

import os
import pwd
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

POSTGRES_HOMES = "/usr/lib/postgresql"
RABBIT_HOMES = "/usr/lib/rabbitmq"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class MissingProgram(Exception):
    """A server program is not installed."""


def postgres_program(name: str, homes: str = POSTGRES_HOMES, path: str | None = None) -> Path:
    """A program of the newest PostgreSQL under `homes`, else the one on the path."""
    versions = sorted(Path(homes).glob("*/bin"), key=_version, reverse=True)
    return _first(name, (home / name for home in versions), path)


def rabbit_program(name: str, homes: str = RABBIT_HOMES, path: str | None = None) -> Path:
    """A script of RabbitMQ, not Debian's wrapper of it, which insists on one user and folder."""
    return _first(name, (Path(homes, "bin", name),), path)


def monitoring_program(name: str) -> Path:
    """A program of Prometheus, from the folder of ARGOSY_TEST_PROMETHEUS_BIN if that is given."""
    given = os.environ.get("ARGOSY_TEST_PROMETHEUS_BIN")
    return _first(name, [Path(given, name)] if given else (), None)


def program(name: str, path: str | None = None) -> Path:
    """A program on the path, or where Debian installs programs."""
    return _first(name, (), path)


def unprivileged_user(name: str) -> str | None:
    """Whom a server must run as that refuses root; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return name if name in known else "nobody"


def _first(name: str, candidates: Iterable[Path], path: str | None) -> Path:
    if path is None:
        path = f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    if found := shutil.which(name, path=path):
        return Path(found)
    raise MissingProgram(f"the program {name} is not installed")


def _version(home: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", home.parent.name))
