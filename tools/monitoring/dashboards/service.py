"""One service: its requests, its workers, its budgets, and whatever it measures itself."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import highest, quantile, rate, select, share

Metric = Counter | Gauge | Histogram


def board(service: str, components: Sequence[str]) -> Board:
    """The page of the service, which has these kinds of processes."""
    own = list(_own(service))
    rows = [_requests(service), _budgets(service)]
    if "worker-saga" in components:
        rows.append(_messages(service))
    if "worker-jobs" in components:
        rows.append(_jobs(service))
    if own:
        rows.append(Row(f"What {service} measures", own))
    title = f"Argosy / {service.capitalize()}"
    return Board(f"argosy-{service}", title, f"How {service} fares.", rows)


def _requests(service: str) -> Row:
    is_ours = f'service="{service}"'
    return Row("Requests", (*_whole(is_ours), *_by_route(is_ours), *_saturation(is_ours)))


def _whole(is_ours: str) -> tuple[Panel, ...]:
    by_class = rate("http_requests_total", is_ours, by="status_class")
    errors = rate("http_requests_total", is_ours, 'status_class="5xx"', by="method, route")
    latencies = tuple(
        Query(quantile(q, "http_request_seconds", is_ours), f"p{q * 100:g}")
        for q in (0.5, 0.95, 0.99)
    )
    return (
        Panel("Rate", (Query(by_class, "{{status_class}}"),), unit="reqps"),
        Panel("Errors of ours by route", (Query(errors, "{{method}} {{route}}"),), unit="reqps"),
        Panel("Latency", latencies, unit="s"),
    )


def _by_route(is_ours: str) -> tuple[Panel, ...]:
    requests = rate("http_request_seconds_count", is_ours, by="method, route")
    latency = quantile(0.95, "http_request_seconds", is_ours, by="method, route")
    legend = "{{method}} {{route}}"
    return (
        Panel("Rate by route", (Query(requests, legend),), unit="reqps", width=12),
        Panel("Latency by route, p95", (Query(latency, legend),), unit="s", width=12),
    )


def _saturation(is_ours: str) -> tuple[Panel, ...]:
    in_flight = f"sum by (service) ({select('http_requests_in_flight', is_ours)})"
    waits = (
        Query(rate("database_pool_wait_seconds_count", is_ours), "waits"),
        Query(rate("database_pool_timeouts_total", is_ours), "given up"),
    )
    processes = f"sum by (component) ({select('argosy_service_info', is_ours)})"
    return (
        Panel("In flight", (Query(in_flight, "now"),), about="Streams included."),
        Panel("Waits for a database connection", waits, unit="cps"),
        Panel("Processes", (Query(processes, "{{component}}"),)),
    )


def _budgets(service: str) -> Row:
    is_ours = f'service="{service}"'
    kinds = (("availability", "http_errors"), ("latency", "http_slow"))
    return Row(
        "Error budgets",
        tuple(
            Panel(
                f"Burn rate, {objective}",
                tuple(
                    Query(
                        f"{select(f'service:{series}:ratio_rate{window}', is_ours)}"
                        " / on (service) group_left () max by (service)"
                        f' (service:objective:budget{{{is_ours},objective="{objective}"}})',
                        window,
                    )
                    for window in ("1h", "6h", "3d")
                ),
                width=12,
                about="1 uses up the budget exactly.",
            )
            for objective, series in kinds
        ),
    )


def _messages(service: str) -> Row:
    is_ours = f'service="{service}"'
    return Row(
        "Messages",
        (
            Panel(
                "Handled", (Query(rate("message_batch_size_sum", is_ours), "messages"),), unit="cps"
            ),
            Panel(
                "Wait of a batch's oldest message",
                tuple(
                    Query(quantile(q, "message_wait_seconds", is_ours), f"p{q * 100:g}")
                    for q in (0.5, 0.95)
                ),
                unit="s",
            ),
            Panel(
                "Failures",
                (
                    Query(rate("message_failures_total", is_ours, by="type"), "{{type}}"),
                    Query(rate("messages_parked_total", is_ours), "dead letters"),
                ),
                unit="cps",
            ),
            Panel(
                "Outbox",
                (Query(highest("outbox_oldest_seconds", is_ours), "oldest"),),
                unit="s",
            ),
            Panel(
                "Periodic work",
                (
                    Query(
                        rate("timer_turns_total", is_ours, by="task, outcome"),
                        "{{task}} {{outcome}}",
                    ),
                ),
                unit="cps",
            ),
            Panel(
                "Turns of periodic work that failed",
                (Query(share("timer_turns_total", 'outcome!="done"', is_ours), "share"),),
                unit="percentunit",
            ),
        ),
    )


def _jobs(service: str) -> Row:
    is_ours = f'service="{service}"'
    return Row(
        "Jobs",
        (
            Panel(
                "Jobs",
                (
                    Query(
                        rate("job_seconds_count", is_ours, by="type, outcome"),
                        "{{type}} {{outcome}}",
                    ),
                ),
                unit="cps",
                width=12,
            ),
            Panel(
                "Time of a job, p95",
                (Query(quantile(0.95, "job_seconds", is_ours, by="type"), "{{type}}"),),
                unit="s",
                width=12,
            ),
        ),
    )


def _own(service: str) -> Iterator[Panel]:
    """A panel for each metric of the service's own, in the order of their names."""
    if find_spec(f"services.{service}.metrics") is None:
        return
    module = importlib.import_module(f"services.{service}.metrics")
    found = [one for one in vars(module).values() if isinstance(one, Counter | Gauge | Histogram)]
    for metric in sorted(found, key=lambda one: one._name):
        yield _panel(metric)


def _panel(metric: Metric) -> Panel:
    name, labels = metric._name, ", ".join(metric._labelnames)
    legend = " ".join(f"{{{{{label}}}}}" for label in metric._labelnames) or "all"
    draw = next(draw for kind, draw in _DRAWN.items() if isinstance(metric, kind))
    expr, unit = draw(name, labels or "namespace")
    title = name.replace("_", " ").capitalize()
    return Panel(title, (Query(expr, legend),), unit=unit, about=metric._documentation)


def _counter(name: str, labels: str) -> tuple[str, str]:
    return rate(f"{name}_total", by=labels), "cps"


def _gauge(name: str, labels: str) -> tuple[str, str]:
    return highest(name, by=labels), "s" if name.endswith("_seconds") else "short"


def _histogram(name: str, labels: str) -> tuple[str, str]:
    return quantile(0.95, name, by=labels), "s" if name.endswith("_seconds") else "short"


_DRAWN: dict[type[Any], Callable[[str, str], tuple[str, str]]] = {
    Counter: _counter,
    Gauge: _gauge,
    Histogram: _histogram,
}
