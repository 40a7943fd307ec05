"""The binding settings, as the created Celery app has them; the other files show their effect."""

import pytest
from celery import Celery

from libs.messaging.worker import arguments, create_worker
from tests.messaging.toys import SERVICES

ENVIRON = {
    "ARGOSY_BROKER_URL": "amqp://guest:guest@127.0.0.1:1//",
    **{
        f"ARGOSY_{one.name.upper()}_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"
        for one in SERVICES
    },
}


@pytest.fixture(scope="module")
def saga_worker() -> Celery:
    return create_worker(SERVICES, ENVIRON)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("task_acks_on_failure_or_timeout", False),
        ("task_create_missing_queues", False),
        ("task_ignore_result", True),
        ("result_backend", None),
        ("task_serializer", "json"),
        ("accept_content", ["json"]),
        ("task_default_exchange_type", "direct"),
        ("worker_enable_prefetch_count_reduction", False),
        ("worker_cancel_long_running_tasks_on_connection_loss", False),
        ("worker_detect_quorum_queues", True),
        ("worker_enable_remote_control", False),
        ("worker_send_task_events", False),
        ("worker_soft_shutdown_timeout", 20.0),
        ("worker_max_memory_per_child", 250_000),
        ("worker_prefetch_multiplier", 256),
        ("broker_heartbeat", 30),
        ("broker_connection_timeout", 2.0),
        ("broker_connection_retry_on_startup", True),
        ("broker_connection_max_retries", None),
    ],
)
def test_the_created_app_has_the_setting(saga_worker: Celery, setting: str, value: object):
    assert saga_worker.conf[setting] == value


def test_every_queue_keeps_what_it_takes_and_parks_what_comes_back_too_often(saga_worker: Celery):
    queues = [one for one in saga_worker.conf.task_queues if not one.name.endswith(".dead")]

    assert len(queues) == 16
    for queue in queues:
        assert queue.queue_arguments == {
            "x-queue-type": "quorum",
            "x-delivery-limit": 20,
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": "argosy.dead",
            "x-dead-letter-strategy": "at-least-once",
            "x-dead-letter-routing-key": f"{queue.name.partition('.')[0]}.dead",
        }


def test_the_saga_pool_is_one_loop_whatever_the_machine_has():
    line = arguments(SERVICES)

    assert "--pool=solo" in line
    assert "--concurrency=1" in line
