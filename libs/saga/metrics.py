"""What Prometheus learns of sagas; labels are bounded, never ids."""

from datetime import datetime

from prometheus_client import Counter, Histogram

from libs.saga.state import Answered, Decision, Event, SagaState

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
    if status != before.status and status in {"done", "compensated", "needs_attention"}:
        _ended.labels(saga, status).inc()
