"""The only module that builds a Celery app: the worker processes of a list of services."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import Celery, Task, signals
from flask import Flask

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging import broker, inbox, jobs, liveness, metrics, outbox, topology
from libs.messaging.backlog import measure_outbox
from libs.messaging.batch import Executor
from libs.messaging.dead import DeadLetters
from libs.messaging.intake import Intake, strategy
from libs.messaging.message import Reply
from libs.messaging.publisher import Publisher
from libs.messaging.relay import Relay, attach
from libs.messaging.settings import MessagingSettings
from libs.messaging.slow import SlowCalls
from libs.messaging.tasks import Periodic, Tasks
from libs.messaging.timers import Timers
from libs.observability import logging as logs
from libs.observability.metrics import works_for
from libs.saga.backlog import measure_sagas
from libs.saga.definition import Saga
from libs.saga.orchestrator import Orchestrator
from libs.service import create_context_app
from libs.settings import Settings

OUTBOX_SECONDS = 1.0
SAGA_SECONDS = 0.5
MEASURE_SECONDS = 15.0
DEAD_LETTER_SECONDS = 5.0
TIDY_SECONDS = 1.0
INBOX_SECONDS = 60.0


@dataclass(frozen=True)
class WorkerService:
    """What a service brings to its workers."""

    name: str
    tasks: Tasks
    sagas: tuple[Saga[Any], ...] = ()
    settings: type[Settings] | None = None


# The binding settings of every worker; each one is a defect of the defaults that loses, repeats or
# blocks work. tests/messaging/test_worker_settings.py shows their effect.
CONFIGURATION: dict[str, Any] = {
    "worker_consumer": "libs.messaging.consumer:Consumer",
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_create_missing_queues": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure_or_timeout": False,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_enable_prefetch_count_reduction": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_soft_shutdown_timeout": 20.0,
    "worker_hijack_root_logger": False,
    "worker_max_memory_per_child": 250_000,
    "task_soft_time_limit": 120,
    "task_time_limit": 150,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_connection_timeout": 2.0,
    "broker_heartbeat": 30,
}
_QUEUES = {"saga": ("commands", "events", "replies"), "jobs": ("jobs",)}


def create_worker(
    services: Sequence[WorkerService], environ: Mapping[str, str], pool: str = "saga"
) -> Celery:
    """A Celery app that serves these services' queues: saga traffic, or ordinary tasks (jobs)."""
    settings = MessagingSettings.from_env(environ)
    relay = Relay(settings.broker_url)
    apps = {
        service.name: create_context_app(service.name, environ, service.settings)
        for service in services
    }
    for name, app in apps.items():
        attach(app, relay)
        works_for(name, f"worker-{pool}")
    celery = _celery(settings, [service.name for service in services], pool)
    if pool == "jobs":
        _register_jobs(celery, services, apps)
    else:
        _register_saga_traffic(celery, services, apps, settings)
    if settings.worker_port:
        place = (settings.worker_host, settings.worker_port)
        signals.worker_init.connect(lambda **_: liveness.serve(celery.liveness, *place), weak=False)
    # What the start has built is no garbage, and need not be looked at again.
    signals.worker_ready.connect(lambda **_: gc.freeze(), weak=False)
    signals.setup_logging.connect(lambda **_: logs.configure("worker"), weak=False)
    return celery


def arguments(services: Sequence[WorkerService], pool: str = "saga") -> list[str]:
    """The command line for `Celery.worker_main`."""
    names = [f"{service.name}.{kind}" for service in services for kind in _QUEUES[pool]]
    size = {
        "saga": ["--pool=solo", "--concurrency=1"],
        "jobs": ["--pool=prefork", "--concurrency=2"],
    }
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    return ["worker", *size[pool], *quiet, "--queues", ",".join(names)]


def _celery(settings: MessagingSettings, names: Sequence[str], pool: str) -> Celery:
    celery = Celery("argosy", set_as_current=False, fixups=[])
    limit = settings.delivery_limit
    queues = [queue for name in names for queue in topology.queues(name, SUBSCRIPTIONS, limit)]
    celery.liveness = liveness.Liveness()
    celery.liveness.broker_answers = partial(broker.answers, settings.broker_url)
    celery.conf.update(CONFIGURATION)
    celery.conf.update(
        broker_url=settings.broker_url,
        task_queues=queues,
        task_default_queue=queues[0].name,
        task_default_exchange=topology.DIRECT,
        task_default_exchange_type="direct",
        worker_prefetch_multiplier=settings.worker_prefetch if pool == "saga" else 4,
        broker_transport_options=_transport_options(settings, pool),
    )
    return celery


def _transport_options(settings: MessagingSettings, pool: str) -> dict[str, Any]:
    if settings.broker_url.startswith("amqp"):
        return {}
    longest_job = CONFIGURATION["task_time_limit"] if pool == "jobs" else 0
    return {
        "visibility_timeout": settings.visibility_timeout + longest_job,
        # The pools look after their own messages, since their patience differs.
        "unacked_key": f"{pool}.unacked",
        "unacked_index_key": f"{pool}.unacked_index",
        "unacked_mutex_key": f"{pool}.unacked_mutex",
        # kombu's own defaults look every 100 seconds.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
    }


def _register_saga_traffic(
    celery: Celery,
    services: Sequence[WorkerService],
    apps: Mapping[str, Flask],
    settings: MessagingSettings,
) -> None:
    leaders = {s.name: Orchestrator(s.sagas) for s in services if s.sagas}
    executors = {s.name: Executor(apps[s.name], s.tasks, leaders.get(s.name)) for s in services}
    publisher = Publisher(settings.broker_url)
    slow = SlowCalls(publisher, settings.slow_calls)
    current: list[Intake] = []

    def intake_of(consumer: Any) -> Intake:
        if not current or current[0].connection is not consumer.connection:
            current[:] = [Intake(consumer, executors, publisher, slow)]
        return current[0]

    def refuse(consumer: Any, message: Any, reason: str) -> None:
        intake_of(consumer).take(message, reason)

    celery.refuse = refuse

    class GroupCommit(Task):
        Strategy = staticmethod(strategy(intake_of))

    names = {Reply.wire_name} if leaders else set()
    for service in services:
        types = service.tasks.commands.keys() | service.tasks.facts.keys()
        metrics.expect(service.name, sorted(types))
        names |= types
    for name in sorted(names):
        celery.task(_never_called, name=name, base=GroupCommit)
    timers = Timers()
    for service in services:
        timers.add(apps[service.name], _platform_work(service, settings, leaders, executors))
        timers.add(apps[service.name], service.tasks.periodic)
    dead = DeadLetters(settings.broker_url, list(apps.values()))
    collect = Periodic("dead letters", DEAD_LETTER_SECONDS, dead.collect, transactional=False)
    timers.add(next(iter(apps.values())), [collect])
    celery.liveness.timers = lambda: timers.last_tick
    signals.worker_ready.connect(lambda **_: timers.start(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: timers.stop(), weak=False)
    signals.worker_shutdown.connect(lambda **_: slow.close(), weak=False)


def _platform_work(
    service: WorkerService,
    settings: MessagingSettings,
    leaders: Mapping[str, Orchestrator],
    executors: Mapping[str, Executor],
) -> list[Periodic]:
    publisher = Publisher(settings.broker_url)
    executor = executors[service.name]
    work = [
        Periodic("outbox", OUTBOX_SECONDS, lambda: outbox.sweep(publisher), transactional=False),
        Periodic("tidy", TIDY_SECONDS, executor.tidy, transactional=False),
        Periodic("inbox", INBOX_SECONDS, partial(inbox.forget, settings.inbox_days)),
        Periodic("measure outbox", MEASURE_SECONDS, measure_outbox, transactional=False),
    ]
    if leader := leaders.get(service.name):
        measure = partial(measure_sagas, service.sagas)
        work += [
            Periodic("sagas", SAGA_SECONDS, leader.sweep, transactional=False),
            Periodic("measure sagas", MEASURE_SECONDS, measure, transactional=False),
        ]
    return work


def _register_jobs(
    celery: Celery, services: Sequence[WorkerService], apps: Mapping[str, Flask]
) -> None:
    celery.refuse = jobs.refusal(apps)
    for service in services:
        metrics.expect(service.name)
        for name, (kind, handler) in service.tasks.jobs.items():
            run = jobs.function_of(apps[service.name], kind, handler)
            celery.task(run, name=name, base=jobs.JobTask)


def _never_called() -> None:
    """Stands for a task that the group commit strategy handles."""
    raise RuntimeError("group commit handles this message before Celery would call a function")
