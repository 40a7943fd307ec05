"""A whole replay: the shop's books agree with the file, and one planted error is found."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from libs.testing.installation import ROOT
from tests.tools.replay.lines import DIRTY, write
from tools.replay.instance import Instance, all_in_one
from tools.replay.report import Report
from tools.replay.session import Task, compare, make_plan, play

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
_REAL = Path(os.environ.get("ARGOSY_REPLAY_FILE", ROOT / "data" / "online_retail_2011q4.csv.xz"))


@pytest.fixture(scope="module")
def shop() -> Iterator[Instance]:
    with all_in_one() as instance:
        yield instance


def _replayed(shop: Instance, task: Task) -> Report:
    report = Report({"run": task.run})
    play(shop, make_plan(task, report), task, report)
    return report


def _compared(shop: Instance, task: Task) -> Report:
    report = Report({"run": task.run})
    compare(shop, make_plan(task, report), task, report)
    return report


def _tamper(url: str, statement: str, *values: str) -> None:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            assert cursor.rowcount == 1
    finally:
        connection.close()


def test_every_book_agrees_with_a_dirty_file_until_a_piece_and_a_penny_are_wrong(
    shop: Instance, tmp_path: Path
):
    task = Task("dirty", write(tmp_path / "retail.csv", DIRTY))

    report = _replayed(shop, task)

    assert report.traffic["orders"] == {"confirmed": 3}
    assert report.traffic["returns"] == {"refunded": 2}
    books = _compared(shop, task)
    assert books.ok, books.text()
    assert books.books["provider: journal"] == {
        measure: books.books["the file"][measure] for measure in ("money sold", "money returned")
    }

    piece = """
        UPDATE order_line l SET quantity = quantity + 1 FROM orders o
        WHERE o.id = l.order_id AND o.shipping_address->>'line2' = %s AND l.sku = %s
    """
    _tamper(shop.databases["orders"], piece, "570003", "22633:4.00")
    penny = "UPDATE payment SET refunded = refunded + 1 WHERE amount = %s"
    _tamper(shop.databases["payments"], penny, str(6 * 255))

    first, second = _compared(shop, task).differences
    assert "orders: lines: pieces sold: invoice 570003: the file says 6, found 7" in first
    assert "22633:4.00" in first
    assert "payments: refunded: money returned: invoice 570002" in second
    assert "the file says 0, found 1" in second


@pytest.mark.skipif(not _REAL.exists(), reason="ARGOSY_REPLAY_FILE names no Online Retail file")
def test_every_book_agrees_with_the_first_invoices_of_the_real_file(shop: Instance):
    task = Task("real", _REAL, limit=50)

    report = _replayed(shop, task)

    assert set(report.traffic["orders"]) == {"confirmed"}
    books = _compared(shop, task)
    assert books.ok, books.text()
