"""The local cluster: what tests, chaos and benchmarks stand on."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import get_args

import pytest
import urllib3

from libs.testing.cluster import Cluster, Layout
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.proctree import descendants, identity

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=get_args(Layout))
def cluster(request) -> Iterator[Cluster]:
    with scratch_directory() as directory, Cluster(directory, layout=request.param) as running:
        yield running


def _status(url: str) -> int:
    return urllib3.request("GET", url, retries=False, timeout=5.0).status


def test_every_service_answers_at_its_path(cluster: Cluster) -> None:
    products = cluster.url_for("/api/v1/products")

    assert products.startswith(cluster.url_of("catalog"))
    assert _status(products) == HTTPStatus.OK
    assert {_status(f"{cluster.url_of(name)}/readyz") for name in cluster.services} == {200}


def test_longest_prefix_decides_who_serves_a_path(cluster: Cluster) -> None:
    assert cluster.url_for("/api/v1/users/1") == f"{cluster.url_of('accounts')}/api/v1/users/1"


def test_killed_worker_is_gone_and_can_be_started_again(cluster: Cluster) -> None:
    worker = cluster.process("worker", "orders")
    first = worker.pid

    cluster.kill(worker)
    gone = not identity(first)
    cluster.restart(worker)

    assert gone
    assert worker.running
    assert worker.pid != first


def test_killed_web_part_leaves_no_process_of_its_tree(cluster: Cluster) -> None:
    web = cluster.process("web", "catalog")
    tree = [web.pid, *descendants(web.pid)]

    cluster.kill(web)
    left = [pid for pid in tree if identity(pid)]
    cluster.restart(web)

    assert left == []
    assert _status(cluster.url_for("/api/v1/products")) == HTTPStatus.OK


def test_idle_worker_ends_soon_after_it_was_asked(cluster: Cluster) -> None:
    worker = cluster.process("worker", "orders")
    began = time.monotonic()

    worker.process.stop()

    assert time.monotonic() - began < 5
    cluster.restart(worker)


def test_processor_time_is_counted_by_kind(cluster: Cluster) -> None:
    before = cluster.cpu_seconds()

    for _ in range(50):
        _status(cluster.url_for("/api/v1/products"))

    after = cluster.cpu_seconds()
    assert after["web"] > before["web"]
    assert {"web", "worker", "jobs", "simulator", "postgres", "rabbitmq", "redis"} <= set(after)
