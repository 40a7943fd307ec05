"""What Prometheus learns of batches, jobs and periodic work."""

import time
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from libs.messaging import metrics
from libs.messaging.publisher import Unsent
from libs.messaging.tasks import Tasks
from libs.messaging.timers import Timers
from tests.libs.messaging.toys import Take, command


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def turns(service: str, task: str) -> dict[str, float]:
    kinds = ("done", "broker", "database", "fault")
    counts = {
        kind: value("timer_turns_total", service=service, task=task, outcome=kind) for kind in kinds
    }
    return {kind: count for kind, count in counts.items() if count}


def test_a_batch_shows_how_long_its_oldest_message_waited(participant):
    before = value("message_wait_seconds_sum", service="toys")
    message = command(Take())
    time.sleep(0.3)

    participant.take(message, command(Take()))

    assert 0.3 <= value("message_wait_seconds_sum", service="toys") - before < 5


def test_failures_of_a_service_are_counted_from_zero_on():
    service = uuid4().hex

    metrics.expect(service, ["toys.take.v1"])

    labels = {"service": service, "type": "toys.take.v1"}
    assert REGISTRY.get_sample_value("messages_parked_total", {"service": service}) == 0
    assert REGISTRY.get_sample_value("message_failures_total", labels) == 0


def test_a_job_is_timed_by_what_came_of_it():
    service = uuid4().hex

    with metrics.job_timed(service, "toys.paint.v1"):
        pass
    with pytest.raises(ZeroDivisionError), metrics.job_timed(service, "toys.paint.v1"):
        raise ZeroDivisionError

    ends = [
        value("job_seconds_count", service=service, type="toys.paint.v1", outcome=outcome)
        for outcome in ("done", "failed")
    ]
    assert ends == [1, 1]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(None, "done"), (Unsent("no"), "broker"), (ZeroDivisionError(), "fault")],
)
def test_a_turn_of_periodic_work_is_counted_by_what_came_of_it(platform_app, fault, outcome):
    service = f"timers_{outcome}"
    tasks = Tasks(service)

    @tasks.every(seconds=60, transactional=False)
    def work():
        if fault:
            raise fault

    timers = Timers()
    timers.add(platform_app(service), tasks.periodic)
    began = time.time()
    timers.start()
    until = time.monotonic() + 10
    while not turns(service, f"{service}.work") and time.monotonic() < until:
        time.sleep(0.01)
    timers.stop()

    assert turns(service, f"{service}.work") == {outcome: 1}
    labels = {"service": service, "task": f"{service}.work"}
    assert value("timer_period_seconds", **labels) == 60
    succeeded = value("timer_last_success_timestamp_seconds", **labels) >= began
    assert succeeded is (outcome == "done")
