"""What the report counts, and when it is content."""

from collections import Counter
from datetime import datetime

from tools.replay.checkout import Placed
from tools.replay.drive import Outcome, Pace
from tools.replay.progress import Progress
from tools.replay.report import Report

_FIRST = datetime(2011, 10, 1, 10)  # noqa: DTZ001 - the file has no zone


def _order(number: int, accept: float, status: str = "confirmed", reason: str = "") -> Outcome:
    confirm = 10 * accept if status == "confirmed" else None
    placed = Placed(f"ord_{number}", status, reason, {}, accept, confirm)
    return Outcome(f"{number}", "order", status, reason, placed)


def test_orders_are_counted_by_their_end_and_its_reason():
    report = Report({})
    outcomes = [
        _order(1, 0.1),
        _order(2, 0.1, "cancelled", "payments.declined"),
        Outcome("3", "order", "refused", "carts.total_changed"),
        Outcome("C4", "return", "refunded"),
    ]

    report.add_traffic(outcomes, seconds=2.0, retries=Counter({"503": 1}))

    assert report.traffic["orders accepted"] == 2
    assert report.traffic["orders"] == {
        "confirmed": 1,
        "cancelled: payments.declined": 1,
        "refused: carts.total_changed": 1,
    }
    assert report.traffic["returns"] == {"refunded": 1}
    assert report.traffic["orders per second"] == 0.5
    assert report.traffic["requests sent again"] == {"503": 1}


def test_the_times_are_percentiles_in_milliseconds():
    report = Report({})

    report.add_traffic([_order(n, n / 1000) for n in range(1, 101)], 1.0, Counter())

    assert report.traffic["accept ms"] == {"p50": 51.0, "p99": 100.0, "max": 100.0}
    assert report.traffic["confirm ms"]["p50"] == 510.0


def test_a_report_with_a_difference_is_not_content_and_names_it():
    report = Report({"run": "r"})
    assert report.ok

    report.differences.append("ledger: 22632:1.85")

    assert not report.ok
    assert "ledger: 22632:1.85" in report.text()
    assert report.document()["ok"] is False


def test_an_interrupted_replay_claims_nothing():
    report = Report({}, interrupted=True)

    assert not report.ok
    assert "not compared" in report.text()


def test_a_document_is_due_at_its_time_divided_by_the_speed():
    pace = Pace(3600.0, _FIRST)

    assert 0.9 < pace.seconds_until(datetime(2011, 10, 1, 11)) <= 1.0  # noqa: DTZ001 - as above
    assert pace.seconds_until(_FIRST) == 0.0


def test_flat_out_waits_for_nothing():
    assert Pace(0.0, _FIRST).seconds_until(datetime(2012, 1, 1)) == 0.0  # noqa: DTZ001 - as above


def test_progress_is_a_plain_line_where_there_is_no_terminal(capfd):
    progress = Progress(2)

    progress.show(1)
    progress.show(2)

    said = capfd.readouterr().err
    assert said.startswith("2/2 documents, ")
    assert said.count("\n") == 1
    assert "\r" not in said
