"""The three parts of a replay: read the file, play it against a shop, compare the books."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.testing.process import cpu_seconds
from tools.replay import plan, reconcile, stock, truth, witnesses
from tools.replay.checkout import Checkout
from tools.replay.dirt import oddities
from tools.replay.drive import Drive
from tools.replay.instance import Instance
from tools.replay.people import Person, welcome
from tools.replay.plan import Plan
from tools.replay.progress import Progress
from tools.replay.report import Report
from tools.replay.rows import read
from tools.replay.shop import Shop

_SETTLE_SECONDS = 120.0


@dataclass(frozen=True)
class Task:
    """What to replay and how; the run's name is on every order, so that runs can be told apart."""

    run: str
    file: Path
    limit: int | None = None
    speed: float = 0.0
    concurrency: int = 8


def make_plan(task: Task, report: Report) -> Plan:
    """Read the file and report what every row is."""
    with _timed(report, "read the file"):
        rows = list(read(task.file))
        invoices = plan.in_time(rows, task.limit)
        taken = {row.number for invoice in invoices for row in invoice}
        made = plan.make(invoices)
        odd = oddities(row for row in rows if row.number in taken)
    report.rows = {
        "read": len(rows),
        "beyond the limit": len(rows) - len(taken),
        **made.rows,
        "skipped because": {reason.value: n for reason, n in made.skipped.most_common()},
        "unmatched because": {reason.value: n for reason, n in made.unmatched.most_common()},
        "replayed although": {oddity.value: n for oddity, n in odd.most_common() if n},
    }
    return made


def play(instance: Instance, made: Plan, task: Task, report: Report) -> None:
    """Stock the shop, then buy and give back; an interrupt ends this early."""
    shop = Shop(instance.locate, task.concurrency)
    admin = Person(shop, instance.admin_email, instance.admin_password)
    with _timed(report, "put the articles on sale"):
        report.rows["products imported"] = stock.put_on_sale(shop, admin, made, task.run)
    with _timed(report, "register the customers"):
        people = welcome(shop, made.customers, instance.admin_password, task.concurrency)
    shop.retries.clear()
    drive = Drive(Checkout(shop, people, task.run), made.documents, task.speed)
    progress = Progress(len(made.documents))

    def tell(done: int) -> None:
        instance.look()
        progress.show(done)

    began, used, own = time.monotonic(), cpu_seconds(os.getpid()), time.process_time()
    outcomes = drive.run(task.concurrency, tell)
    seconds = time.monotonic() - began
    own = time.process_time() - own
    report.interrupted = drive.stopped
    report.seconds["replay"] = round(seconds, 1)
    # A private shop runs below this process; unlike time, its work does not depend on neighbors.
    report.seconds["processor: replay"] = round(own, 1)
    report.seconds["processor: shop"] = round(cpu_seconds(os.getpid()) - used - own, 1)
    report.add_traffic(outcomes, seconds, shop.retries)


def compare(instance: Instance, made: Plan, task: Task, report: Report) -> None:
    """Wait until every workflow has ended, then ask every witness."""
    with _timed(report, "compare the books"):
        databases = instance.databases
        if unfinished := _settle(instance, task.run):
            report.differences.append(f"{unfinished} workflows have not ended")
        orders, claims = witnesses.ask_orders(databases["orders"], task.run)
        claims += witnesses.ask_inventory(databases["inventory"], orders)
        claims += witnesses.ask_payments(databases["payments"], orders)
        claims += witnesses.ask_provider(instance.journal, orders)
        expected = truth.work_out(task.file, task.limit)
        report.add_books(expected, claims, reconcile.compare(expected, claims))
        skus = list(made.articles)
        report.differences += witnesses.unsettled_stock(databases["inventory"], orders, skus)


def _settle(instance: Instance, run: str) -> int:
    until = time.monotonic() + _SETTLE_SECONDS
    while unfinished := witnesses.open_sagas(instance.databases["orders"], run):
        if time.monotonic() > until:
            break
        instance.look()
        time.sleep(0.5)
    return unfinished


@contextmanager
def _timed(report: Report, what: str) -> Iterator[None]:
    sys.stderr.write(f"{what} ...\n")
    began = time.monotonic()
    yield
    report.seconds[what] = round(time.monotonic() - began, 1)
