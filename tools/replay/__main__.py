"""Replays the UCI Online Retail data through the shop, then compares every book with the file."""

import argparse
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import msgspec

from libs.settings import SettingsError
from libs.testing.process import ProcessFailed
from libs.testing.servers.private import ServerFailed
from tools.replay import plan, reconcile, stock, truth, witnesses
from tools.replay.checkout import Checkout
from tools.replay.dirt import oddities
from tools.replay.drive import Drive
from tools.replay.instance import Instance, all_in_one, cluster, given
from tools.replay.people import Person, welcome
from tools.replay.plan import Plan
from tools.replay.progress import Progress
from tools.replay.report import Report
from tools.replay.rows import UnusableFile, read
from tools.replay.shop import Refused, ReplayFailed, Shop
from tools.run.supervisor import GaveUp

_SETTLE_SECONDS = 120.0
_INTERRUPTED = 130


def main() -> None:
    """Exit code 0: every book agrees; 1: it does not, or the replay failed; 130: interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options()
    try:
        report = replay(options)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except (
        *(ReplayFailed, Refused, UnusableFile, OSError),
        *(SettingsError, ServerFailed, ProcessFailed, GaveUp),
    ) as fault:
        sys.exit(f"The replay failed: {fault}")
    print(report.text())
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report.document())))
    sys.exit(_INTERRUPTED if report.interrupted else not report.ok)


def replay(options: argparse.Namespace) -> Report:
    """Read, prepare, replay, compare."""
    run = f"replay-{secrets.token_hex(4)}"
    where = options.base_url or options.profile
    report = Report(
        {
            "run": run,
            "file": options.file.name,
            "invoices at most": options.limit or "all",
            "instance": where,
            "threads": options.concurrency,
            "speed": options.speed or "flat out",
        }
    )
    with _timed(report, "read the file"):
        agenda = _agenda(options, report)
    began = time.monotonic()
    with _instance(options) as instance:
        report.seconds["start the shop"] = round(time.monotonic() - began, 1)
        _replay(instance, agenda, options, report)
        if not report.interrupted:
            with _timed(report, "compare the books"):
                _compare(instance, agenda, options, report)
    return report


def _agenda(options: argparse.Namespace, report: Report) -> Plan:
    rows = list(read(options.file))
    invoices = plan.in_time(rows, options.limit)
    taken = {row.number for invoice in invoices for row in invoice}
    agenda = plan.make(invoices)
    report.rows = {
        "read": len(rows),
        "beyond the limit": len(rows) - len(taken),
        **agenda.rows,
        "skipped because": {reason.value: n for reason, n in agenda.skipped.most_common()},
        "unmatched because": {reason.value: n for reason, n in agenda.unmatched.most_common()},
        "replayed although": {
            oddity.value: n
            for oddity, n in oddities(row for row in rows if row.number in taken).most_common()
        },
    }
    return agenda


def _replay(instance: Instance, agenda: Plan, options: argparse.Namespace, report: Report) -> None:
    run = report.title["run"]
    shop = Shop(instance.locate, options.concurrency)
    admin = Person(shop, instance.admin_email, instance.admin_password)
    with _timed(report, "put the articles on sale"):
        report.rows["products imported"] = stock.put_on_sale(shop, admin, agenda, run)
    with _timed(report, "register the customers"):
        secret = instance.admin_password
        people = welcome(shop, agenda.customers, secret, options.concurrency)
    shop.retries.clear()
    drive = Drive(Checkout(shop, people, run), agenda.documents, options.speed)
    progress = Progress(len(agenda.documents))

    def tell(done: int) -> None:
        instance.look()
        progress.show(done)

    began = time.monotonic()
    outcomes = drive.run(options.concurrency, tell)
    seconds = time.monotonic() - began
    report.interrupted = drive.stopped
    report.seconds["replay"] = round(seconds, 1)
    report.add_traffic(outcomes, seconds, shop.retries)


def _compare(instance: Instance, agenda: Plan, options: argparse.Namespace, report: Report) -> None:
    run, databases = report.title["run"], instance.databases
    until = time.monotonic() + _SETTLE_SECONDS
    while (
        unfinished := witnesses.open_sagas(databases["orders"], run)
    ) and time.monotonic() < until:
        instance.look()
        time.sleep(0.5)
    if unfinished:
        report.differences.append(f"{unfinished} workflows have not ended")
    orders, claims = witnesses.ask_orders(databases["orders"], run)
    claims += witnesses.ask_inventory(databases["inventory"], orders)
    claims += witnesses.ask_payments(databases["payments"], orders)
    if instance.journal:
        claims += witnesses.ask_provider(instance.journal, orders)
    expected = truth.work_out(options.file, options.limit)
    report.add_books(expected, claims, reconcile.compare(expected, claims))
    report.differences += witnesses.unsettled_stock(
        databases["inventory"], orders, list(agenda.articles)
    )


def _instance(options: argparse.Namespace) -> AbstractContextManager[Instance]:
    if options.base_url:
        return nullcontext(given(options.base_url, options.journal, os.environ))
    return cluster() if options.profile == "cluster" else all_in_one()


@contextmanager
def _timed(report: Report, what: str) -> Iterator[None]:
    sys.stderr.write(f"{what} ...\n")
    began = time.monotonic()
    yield
    report.seconds[what] = round(time.monotonic() - began, 1)


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
