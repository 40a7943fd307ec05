"""What Prometheus learns of sagas; labels are bounded, never ids."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from libs.saga.state import Answered, Decision, Event, SagaState, Status

ACTIVE: tuple[Status, ...] = ("running", "aborting", "needs_attention")
_NOTABLE: tuple[Status, ...] = ("done", "compensated", "needs_attention")
unknown_definitions = Counter(
    "saga_unknown_definitions", "Transitions left to newer or older code.", ("saga",)
)
_ended = Counter("saga_ended", "Sagas that ended or ask a person.", ("saga", "status"))
_answers = Counter("saga_answers", "Answers by outcome.", ("saga", "step", "phase", "outcome"))
_redrives = Counter("saga_redrives", "Commands sent again.", ("saga", "step"))
_step_seconds = Histogram(
    "saga_step_seconds",
    "From the first command of a step to its definite answer.",
    ("saga", "step", "phase"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
# An objective for a saga (services/<name>/slo.toml) is one of these edges.
SAGA_BUCKETS = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800)
_saga_seconds = Histogram(
    "saga_seconds",
    "From the first command of a completed saga to its last answer; waited: for a buyer.",
    ("saga", "waited"),
    buckets=SAGA_BUCKETS,
)
_active = Gauge(
    "saga_active", "Sagas that have not ended; 10,001 in all stands for more.", ("saga", "status")
)
_oldest_step = Gauge(
    "saga_oldest_step_seconds",
    "Age of the oldest command without a definite answer, waits for people aside.",
    ("saga",),
)


def expect(saga: str) -> None:
    """Begin the saga's counts at zero: Prometheus sees no increase in a series that begins with
    its first one."""
    unknown_definitions.labels(saga)
    for status in _NOTABLE:
        _ended.labels(saga, status)


def set_active(saga: str, counts: Mapping[Status, int], oldest_step: float) -> None:
    """Show how many sagas of that name are in each status."""
    for status, count in counts.items():
        _active.labels(saga, status).set(count)
    _oldest_step.labels(saga).set(max(oldest_step, 0.0))


def observe(saga: str, before: SagaState, decision: Decision, event: Event, now: datetime) -> None:
    """Count one transition."""
    if isinstance(event, Answered):
        _answers.labels(saga, event.step, event.phase, event.outcome).inc()
        step = before.steps.get(event.step)
        still_pending = decision.state.steps.get(event.step)
        if decision.changed and step and step.since and still_pending != step:
            seconds = (now - step.since).total_seconds()
            _step_seconds.labels(saga, event.step, event.phase).observe(seconds)
    for send in decision.sends:
        if send.attempt > 1:
            _redrives.labels(saga, send.step).inc()
    status = decision.state.status
    if status != before.status and status in _NOTABLE:
        _ended.labels(saga, status).inc()
        if status == "done":
            _observe_whole(saga, decision.state, now)


def _observe_whole(saga: str, state: SagaState, now: datetime) -> None:
    begun = min((step.since for step in state.steps.values() if step.since), default=now)
    waited = "yes" if state.waited else "no"
    _saga_seconds.labels(saga, waited).observe((now - begun).total_seconds())
