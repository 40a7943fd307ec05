"""Prometheus: what every HTTP service measures, and the page of all metrics of a process."""

import os
from typing import NamedTuple

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
# An objective for latency (services/<name>/slo.toml) is one of these edges.
REQUEST_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 0.8, 2.0, 5.0, 10.0)

_components = Gauge(
    "argosy_service_info",
    "1 for each service that the process works for, and as what.",
    ("service", "component"),
    multiprocess_mode="max",
)
_seconds = Histogram(
    "http_request_seconds",
    "Time from the request's arrival to its answer, without what a client asked to wait.",
    ("service", "method", "route"),
    buckets=REQUEST_BUCKETS,
)
_requests = Counter(
    "http_requests", "Answered requests.", ("service", "method", "route", "status_class")
)
_in_flight = Gauge(
    "http_requests_in_flight",
    "Requests that are being answered, streams included.",
    ("service",),
    multiprocess_mode="livesum",
)
_capacity = Gauge(
    "http_request_capacity",
    "Requests that this port can answer at the same time.",
    multiprocess_mode="max",
)


class _Series(NamedTuple):
    seconds: Histogram
    requests: Counter


# Bounded: services, methods, routes and five status classes; `labels()` costs more than the lookup.
_known: dict[tuple[str, str, str, int], _Series] = {}


def observe_request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer; `route` is the template (`/api/v1/orders/<order_id>`), never the path."""
    key = (service, method, route, status // 100)
    series = _known.get(key)
    if series is None:
        series = _known[key] = _Series(
            _seconds.labels(service, method, route),
            _requests.labels(service, method, route, f"{status // 100}xx"),
        )
        # Prometheus sees no increase in a series that begins with its first error.
        _requests.labels(service, method, route, "5xx")
    series.seconds.observe(seconds)
    series.requests.inc()


def in_flight(service: str) -> Gauge:
    """The number of the service's requests that are being answered."""
    return _in_flight.labels(service)


def set_capacity(requests: int) -> None:
    """Show how many requests the processes of this port can answer at the same time."""
    _capacity.set(requests)


def works_for(service: str, component: str) -> None:
    """Show that this process is the service's `web`, `worker-saga` or `worker-jobs`."""
    _components.labels(service, component).set(1)


def exposition() -> tuple[bytes, str]:
    """The metrics page and its content type, summed over the processes of one gunicorn group."""
    if not os.environ.get(_DIRECTORY):
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped library
    return generate_latest(registry), CONTENT_TYPE_LATEST


def process_ended(pid: int) -> None:
    """Drop the live gauges of an ended worker: gunicorn's `child_exit` hook calls it."""
    if os.environ.get(_DIRECTORY):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # untyped library
