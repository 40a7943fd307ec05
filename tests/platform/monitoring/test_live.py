"""What rules and dashboards ask for is what a real shop tells a real Prometheus."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.monitoring.foreign import FOREIGN
from tests.platform.monitoring.live import SKU, TARGET, Observed, eventually, observed_shop
from tests.platform.monitoring.promql import Selector, filled, grouped, selectors
from tests.platform.monitoring.repository import (
    CODE,
    RULE_FILES,
    dashboards,
    declared_labels,
    queries,
    rules,
)

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
# More than any service, route, queue, task or outcome has; a figure, not a promise.
MOST_VALUES = 150
_UNBOUNDED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}|@|[0-9]{6,}|https?:"
)
# What is empty while nothing goes wrong.
_TROUBLE = re.compile(
    r'ALERTS|outcome!="|outcome="(database|failed)"|payments_quarantined|saga_redrives'
)


@pytest.fixture(scope="module")
def observed() -> Iterator[Observed]:
    with observed_shop(RULE_FILES) as seen:
        yield seen


def _expressions() -> list[str]:
    """Everything that rules and dashboards ask."""
    asked = [filled(query.expr) for file in dashboards() for query in queries(file)]
    return [*(rule.expr for rule in rules()), *asked]


def _asked() -> list[Selector]:
    recorded = {rule.content.get("record") for rule in rules()}
    found = [one for expr in _expressions() for one in selectors(expr)]
    return [one for one in found if one.metric not in recorded]


def _labels(observed: Observed) -> dict[str, set[str]]:
    """The labels of each metric: as seen, or for one that nothing has moved yet as declared."""
    known: dict[str, set[str]] = defaultdict(set)
    for series in observed.series:
        known[series["__name__"]] |= series.keys()
    return {**declared_labels(), **known, **FOREIGN}


def test_every_metric_that_is_asked_for_is_exported(observed: Observed) -> None:
    # What only a web process counts shows once it has happened: let `live.py` make it happen.
    asked = {one.metric for one in _asked()}

    assert asked - observed.names - FOREIGN.keys() == set()


def test_no_metric_is_called_foreign_that_is_not(observed: Observed) -> None:
    asked = {one.metric for one in _asked()}

    assert FOREIGN.keys() - asked == set()
    assert FOREIGN.keys() & observed.names == set()


def test_every_label_that_is_asked_for_exists(observed: Observed) -> None:
    known = _labels(observed)
    recorded = {rule.content.get("record") for rule in rules()}

    missing = {
        (one.metric, label)
        for one in _asked()
        for label in one.labels
        if label not in known.get(one.metric, set()) | TARGET
    }
    missing |= {
        (one.metric, label)
        for expr in _expressions()
        for labels, below in grouped(expr)
        for one in below
        for label in labels
        if one.metric not in recorded and label not in known.get(one.metric, set()) | TARGET
    }

    assert missing == set()


def test_the_service_of_a_series_is_the_processs_own(observed: Observed) -> None:
    assert [one for one in observed.series if "exported_service" in one] == []
    assert {one["service"] for one in observed.series if one["__name__"] == "outbox_rows"} == set(
        observed.cluster.services
    )


def test_no_label_has_values_without_bound(observed: Observed) -> None:
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for series in observed.series:
        for label in series.keys() - TARGET - {"__name__"}:
            values[series["__name__"], label].add(series[label])
    ours = {
        key: found
        for key, found in values.items()
        if not key[0].startswith(("rabbitmq_", "erlang_"))
    }

    assert [key for key, found in ours.items() if len(found) > MOST_VALUES] == []
    assert [key for key, found in ours.items() if any(map(_UNBOUNDED.search, found))] == []


@pytest.mark.parametrize("value", ["ord_01h455vb4pex5vsknk084sn02q", "a@b.example", "1234567"])
def test_a_value_without_bound_is_reported(value: str) -> None:
    assert _UNBOUNDED.search(value)


def test_every_value_that_is_asked_for_is_known(observed: Observed) -> None:
    seen = {
        (one["__name__"], label, value) for one in observed.series for label, value in one.items()
    }
    code = "\n".join(file.read_text("utf-8") for file in CODE)

    unknown = {
        (one.metric, label, value)
        for one in _asked()
        for label, value in one.values
        if one.metric not in FOREIGN
        and (one.metric, label, value) not in seen
        and f'"{value}"' not in code
    }

    assert unknown == set()


@pytest.mark.parametrize("file", dashboards(), ids=lambda file: file.stem)
def test_every_query_of_a_dashboard_can_be_answered(observed: Observed, file: Path) -> None:
    # In other charts' dashboards are services that had nothing to do.
    must_be_there = "argosy" in file.parts

    assert eventually(lambda: not (_empty(observed, file) and must_be_there)), _empty(
        observed, file
    )


def _empty(observed: Observed, file: Path) -> list[str]:
    """The queries without an answer, those for what goes wrong aside."""
    answers = {query.expr: observed.query(_soon(query.expr)) for query in queries(file)}
    return [expr for expr, answer in answers.items() if not (answer or _TROUBLE.search(expr))]


def _soon(expr: str) -> str:
    """The query with ranges that a test can wait for."""
    return filled(expr).replace("[5m]", "[1m]").replace("[1h:1m]", "[1m:5s]")


def test_every_rule_can_be_evaluated(observed: Observed) -> None:
    assert eventually(lambda: all(rule["health"] == "ok" for rule in observed.rules()))


def test_a_healthy_shop_calls_nobody(observed: Observed) -> None:
    firing = {
        rule["name"]
        for rule in observed.rules()
        for alert in rule.get("alerts", ())
        if alert["state"] == "firing"
    }

    # How fast it is depends on the machine that runs the test.
    assert {name for name in firing if "Latency" not in name} == set()


def test_the_loss_of_a_worker_is_noticed_and_its_return_as_well(observed: Observed) -> None:
    worker = observed.cluster.process("worker")
    buyer = observed.shop.guest()
    cart = buyer.make_cart({SKU: 1})

    observed.cluster.kill(worker)
    buyer.place(cart, wait=0).expect(202)

    def seen() -> bool:
        absent = observed.state("ArgosyServiceAbsent", service="orders", component="worker-saga")
        waiting = observed.state("ArgosyQueueWithoutConsumer", queue="inventory.commands")
        return bool(absent and waiting)

    assert eventually(seen)
    observed.cluster.restart(worker)
    assert eventually(lambda: not observed.state("ArgosyServiceAbsent"))
    assert eventually(lambda: not observed.state("ArgosyQueueWithoutConsumer"))
