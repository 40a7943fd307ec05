"""The command line of every process: web, worker, docs, migrate, gate, topology, check."""

import argparse
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from libs.settings import SettingsError

_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - the folder made there is ours alone


def main() -> None:
    """Run one command; what cannot work is one sentence on stderr and exit 1."""
    arguments = parser().parse_args()
    try:
        with _metrics_folder(wanted=_has_children(arguments)):
            # Only now: the metrics library picks its store while it is imported.
            importlib.import_module(f"libs.runtime.{arguments.command}").main(arguments)
    except SettingsError as fault:
        sys.exit(f"argosy {arguments.command}: {fault}")


def _has_children(arguments: argparse.Namespace) -> bool:
    """Whether the metrics of several processes are one page: gunicorn's and the jobs pool's."""
    return arguments.command == "web" or getattr(arguments, "pool", "") == "jobs"


@contextmanager
def _metrics_folder(*, wanted: bool) -> Iterator[None]:
    """An empty folder where the processes of one server or pool add up their metrics."""
    if not wanted:
        yield
        return
    given = os.environ.get(_METRICS)
    memory = _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else None
    folder = Path(given) if given else Path(tempfile.mkdtemp(prefix="argosy-metrics-", dir=memory))
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.db"):
        stale.unlink()
    os.environ[_METRICS] = str(folder)
    owner = os.getpid()
    try:
        yield
    finally:
        # Gunicorn's workers and the pool's children leave through here as well.
        if not given and os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


def parser() -> argparse.ArgumentParser:
    """The words that every command takes."""
    words = argparse.ArgumentParser(prog="python -m libs.runtime", description=__doc__)
    commands = words.add_subparsers(dest="command", required=True)
    web = commands.add_parser("web", help="serve HTTP")
    web.add_argument("--workers", type=_positive, default=2, help="processes")
    web.add_argument("--threads", type=_positive, default=8, help="threads in each process")
    docs = commands.add_parser(
        "docs", help="serve the API's pages over services that run elsewhere"
    )
    for server in (web, docs):
        server.add_argument("--host", default="127.0.0.1")
        server.add_argument("--port", type=_port, required=True)
    worker = commands.add_parser("worker", help="handle messages")
    worker.add_argument("--pool", choices=("saga", "jobs"), default="saga")
    migrate = commands.add_parser("migrate", help="bring the databases to this code's schema")
    gate = commands.add_parser("gate", help="wait for the schema that this code needs")
    gate.add_argument("--seconds", type=_positive, default=300, help="longest wait")
    topology = commands.add_parser("topology", help="declare exchanges and queues")
    check = commands.add_parser("check", help="read every setting and say what is wrong")
    for command in (web, docs, worker, migrate, gate, topology, check):
        command.add_argument("--services", default="all", help="`all` or names: orders,carts")
    return words


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:  # noqa: PLR2004 - what TCP allows
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    main()
