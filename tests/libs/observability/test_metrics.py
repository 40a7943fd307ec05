"""Metrics: one page for a process, and for a group of processes."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families

from libs.observability import metrics

_PROGRAM = """
from libs.observability import metrics
metrics.observe_request("orders", "GET", "/", 200, 0.01)
metrics.observe_request("orders", "GET", "/", 404, 0.02)
"""
_SHOW = "from libs.observability import metrics; print(metrics.exposition()[0].decode())"


def samples(page: str, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == name
    }


def test_requests_are_counted_by_status_class_and_timed_by_route() -> None:
    service = uuid4().hex
    for status, seconds in ((200, 0.004), (204, 0.2), (503, 0.004)):
        metrics.observe_request(service, "GET", "/a/<b>", status, seconds)

    page = metrics.exposition()[0].decode()

    counted = samples(page, "http_requests_total")
    assert counted["GET", "/a/<b>", service, "2xx"] == 2
    assert counted["GET", "/a/<b>", service, "5xx"] == 1
    timed = samples(page, "http_request_seconds_bucket")
    assert timed["0.005", "GET", "/a/<b>", service] == 2
    assert timed["+Inf", "GET", "/a/<b>", service] == 3


def test_a_series_of_errors_begins_at_zero() -> None:
    service = uuid4().hex

    metrics.observe_request(service, "GET", "/", 200, 0.01)

    counted = samples(metrics.exposition()[0].decode(), "http_requests_total")
    assert counted["GET", "/", service, "5xx"] == 0


def test_a_process_names_the_services_that_it_works_for() -> None:
    service = uuid4().hex

    metrics.works_for(service, "worker-jobs")

    shown = samples(metrics.exposition()[0].decode(), "argosy_service_info")
    assert shown["worker-jobs", service] == 1


def test_a_group_of_processes_shows_its_sum(tmp_path: Path) -> None:
    for program in (_PROGRAM, _PROGRAM):
        run(program, tmp_path)

    counted = samples(run(_SHOW, tmp_path), "http_requests_total")

    assert counted["GET", "/", "orders", "2xx"] == 2
    assert counted["GET", "/", "orders", "4xx"] == 2


def run(program: str, directory: Path) -> str:
    """What the program prints as one process of the group."""
    return subprocess.run(  # noqa: S603  our own interpreter and text
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        env={"PROMETHEUS_MULTIPROC_DIR": str(directory)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
