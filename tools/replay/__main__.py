"""Replays the UCI Online Retail data through the shop, then compares every book with the file."""

import argparse
import os
import secrets
import signal
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
import psycopg2

from libs.settings import SettingsError
from libs.testing.process import ProcessFailed
from libs.testing.servers.private import ServerFailed
from tools.replay import session
from tools.replay.instance import Instance, all_in_one, cluster, given
from tools.replay.report import Report
from tools.replay.rows import UnusableFile
from tools.replay.shop import Refused, ReplayFailed
from tools.run.supervisor import GaveUp

_INTERRUPTED = 130


def main() -> None:
    """Exit code 0: every book agrees; 1: it does not, or the replay failed; 130: interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options()
    try:
        report = _replay(options)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except (
        *(ReplayFailed, Refused, UnusableFile, OSError, psycopg2.Error),
        *(SettingsError, ServerFailed, ProcessFailed, GaveUp),
    ) as fault:
        sys.exit(f"The replay failed: {fault}")
    print(report.text())
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report.document())))
    sys.exit(_INTERRUPTED if report.interrupted else not report.ok)


def _replay(options: argparse.Namespace) -> Report:
    task = session.Task(
        run=f"replay-{secrets.token_hex(4)}",
        file=options.file,
        limit=options.limit,
        speed=options.speed,
        concurrency=options.concurrency,
    )
    report = Report(
        {
            "run": task.run,
            "file": task.file.name,
            "invoices at most": task.limit or "all",
            "instance": options.base_url or options.profile,
            "threads": task.concurrency,
            "speed": task.speed or "flat out",
        }
    )
    made = session.make_plan(task, report)
    began = time.monotonic()
    with _instance(options) as instance:
        report.seconds["start the shop"] = round(time.monotonic() - began, 1)
        session.play(instance, made, task, report)
        if not report.interrupted:
            session.compare(instance, made, task, report)
    return report


def _instance(options: argparse.Namespace) -> AbstractContextManager[Instance]:
    if options.base_url:
        return nullcontext(given(options.base_url, options.journal, os.environ))
    return cluster() if options.profile == "cluster" else all_in_one()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.replay", description=__doc__)
    parser.add_argument("file", type=Path, help="online_retail_*.csv, packed with xz or plain")
    parser.add_argument("--limit", type=int, help="only the first invoices by time")
    parser.add_argument(
        "--speed", type=float, default=0.0, help="times faster than it was; 0 (default): flat out"
    )
    parser.add_argument("--profile", choices=("all-in-one", "cluster"), default="all-in-one")
    parser.add_argument("--concurrency", type=int, default=8, help="threads that buy")
    parser.add_argument("--json", type=Path, help="write the report there too")
    parser.add_argument("--base-url", default="", help="replay against a shop that runs already")
    parser.add_argument("--journal", type=Path, help="with --base-url: the simulator's journal")
    options = parser.parse_args()
    if options.base_url and not options.journal:
        parser.error("--base-url needs --journal")
    if options.concurrency < 1 or options.speed < 0 or (options.limit or 1) < 1:
        parser.error("--limit and --concurrency must be at least 1, --speed at least 0")
    return options


if __name__ == "__main__":
    main()
