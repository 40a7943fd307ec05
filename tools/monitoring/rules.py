"""The rules that every service has: how fast it uses up its error budgets, and whether it is there.

A budget is watched over two windows at once: the long one says that it matters, the short one that
it still goes on, so an alert ends soon after its cause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.monitoring.objectives import Latency, Objectives, SagaLatency, Share

Rule = dict[str, Any]
RUNBOOKS = "docs/operations.md"
# Fewer bad requests than this are no reason to call anybody, whatever share they are.
FEWEST = 5


@dataclass(frozen=True)
class Burn:
    """Alert when the budget burns this many times too fast over both windows."""

    speed: str
    factor: float
    short: str
    long: str
    seconds: int
    severity: str


@dataclass(frozen=True)
class Pace:
    """What is worked out together, and how often: long windows change slowly and cost most."""

    name: str
    windows: tuple[str, ...]
    interval: str
    burns: tuple[Burn, ...]


PACES = (
    Pace("hour", ("5m", "30m", "1h"), "30s", (Burn("Fast", 14.4, "5m", "1h", 3_600, "page"),)),
    Pace(
        "days",
        ("6h", "3d"),
        "3m",
        (
            Burn("Steady", 6, "30m", "6h", 21_600, "page"),
            Burn("Slow", 1, "6h", "3d", 259_200, "ticket"),
        ),
    ),
)


@dataclass(frozen=True)
class Budget:
    """`total` and `bad` are PromQL for a rate and for the bad share of it, with WINDOW in them;
    they are recorded as `<level>:<series>:...<window>` and found again by the selector."""

    promise: Share
    objective: str
    alert: str
    total_series: str
    bad_series: str
    total: str
    bad: str
    selector: str
    what: str

    def records(self, window: str) -> Iterator[Rule]:
        """Both series of one window."""
        yield {"record": self.total_series + window, "expr": self.total.replace("WINDOW", window)}
        yield {"record": self.bad_series + window, "expr": self.bad.replace("WINDOW", window)}

    def alerts(self, service: str, burn: Burn) -> Rule:
        """Too fast over both windows, and more than a handful."""
        limit = f"{burn.factor:g} * {self.promise.budget:g}"
        long, short = (f"{self.bad_series}{w}{self.selector}" for w in (burn.long, burn.short))
        count = f"{long} * {self.total_series}{burn.long}{self.selector} * {burn.seconds}"
        allowed = f"{burn.factor:g} times what its objective of {self.promise.percent:g} % allows"
        alert = self.alert + burn.speed
        return {
            "alert": alert,
            "expr": f"{long} > {limit}\nand {short} > {limit}\nand {count} >= {FEWEST}\n",
            "labels": {"severity": burn.severity, "service": service, "window": burn.long},
            "annotations": {
                "summary": f"{self.what} over {burn.long}: more than {allowed}.",
                "runbook_url": runbook(alert),
            },
        }


def runbook(alert: str) -> str:
    """Where the operator reads what to do."""
    return f"{RUNBOOKS}#{alert.lower()}"


def service_groups(
    service: str, objectives: Objectives, components: Sequence[str]
) -> list[dict[str, Any]]:
    """All rule groups of one service; `components` are its processes."""
    budgets = [
        _availability(service, objectives.availability),
        _latency(service, objectives.latency),
        *(_saga(saga) for saga in objectives.sagas),
    ]
    return [
        {
            "name": f"{service}-facts",
            "rules": [
                *(_objective(service, budget) for budget in budgets),
                *(_absent(service, component) for component in components),
            ],
        },
        *(
            {
                "name": f"{service}-budgets-{pace.name}",
                "interval": pace.interval,
                "rules": list(_at_pace(service, budgets, pace)),
            }
            for pace in PACES
        ),
    ]


def _at_pace(service: str, budgets: Sequence[Budget], pace: Pace) -> Iterator[Rule]:
    for budget in budgets:
        for window in pace.windows:
            yield from budget.records(window)
    for budget in budgets:
        for burn in pace.burns:
            yield budget.alerts(service, burn)


def _availability(service: str, promise: Share) -> Budget:
    own = f'{{service="{service}"}}'
    errors = f'{{service="{service}",status_class="5xx"}}'
    return Budget(
        promise=promise,
        objective="availability",
        alert="ArgosyAvailabilityBurn",
        total_series="service:http_requests:rate",
        bad_series="service:http_errors:ratio_rate",
        total=f"sum by (namespace, service) (rate(http_requests_total{own}[WINDOW]))",
        bad=f"sum by (namespace, service) (rate(http_requests_total{errors}[WINDOW]))"
        f"\n/ (service:http_requests:rateWINDOW{own} > 0)\n",
        selector=own,
        what=f"{service} failed to answer {{{{ $value | humanizePercentage }}}} of its requests",
    )


def _latency(service: str, promise: Latency) -> Budget:
    own = f'{{service="{service}"}}'
    labels = ",".join([f'service="{service}"', *(f'route!="{one}"' for one in promise.besides)])
    quick = f'{labels},le="{promise.seconds}"'
    return Budget(
        promise=promise,
        objective="latency",
        alert="ArgosyLatencyBurn",
        total_series="service:http_timed:rate",
        bad_series="service:http_slow:ratio_rate",
        total=f"sum by (namespace, service) (rate(http_request_seconds_count{{{labels}}}[WINDOW]))",
        bad="1 - sum by (namespace, service)"
        f" (rate(http_request_seconds_bucket{{{quick}}}[WINDOW]))"
        f"\n/ (service:http_timed:rateWINDOW{own} > 0)\n",
        selector=own,
        what=f"{service} took longer than {promise.seconds:g} s for"
        " {{ $value | humanizePercentage }} of its requests",
    )


def _saga(promise: SagaLatency) -> Budget:
    own = f'{{saga="{promise.name}"}}'
    labels = f'saga="{promise.name}",waited="no"'
    quick = f'{labels},le="{float(promise.seconds)}"'
    return Budget(
        promise=promise,
        objective=promise.name,
        alert="ArgosySagaLatencyBurn",
        total_series="saga:completed:rate",
        bad_series="saga:slow:ratio_rate",
        total=f"sum by (namespace, saga) (rate(saga_seconds_count{{{labels}}}[WINDOW]))",
        bad=f"1 - sum by (namespace, saga) (rate(saga_seconds_bucket{{{quick}}}[WINDOW]))"
        f"\n/ (saga:completed:rateWINDOW{own} > 0)\n",
        selector=own,
        what=f"{promise.name} took longer than {promise.seconds:g} s in"
        " {{ $value | humanizePercentage }} of its cases",
    )


def _objective(service: str, budget: Budget) -> Rule:
    """The budget itself, so that a dashboard needs no figure of its own."""
    return {
        "record": "service:objective:budget",
        "expr": f"vector({budget.promise.budget:g})",
        "labels": {"service": service, "objective": budget.objective},
    }


def _absent(service: str, component: str) -> Rule:
    alert = "ArgosyServiceAbsent"
    return {
        "alert": alert,
        "expr": f'absent(argosy_service_info{{service="{service}",component="{component}"}})',
        "for": "5m",
        "labels": {"severity": "page", "service": service, "component": component},
        "annotations": {
            "summary": f"No process works as {component} of {service}, or Prometheus reaches none.",
            "runbook_url": runbook(alert),
        },
    }
