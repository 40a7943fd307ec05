"""What a worker's probes say, and when they say it."""

import os
import signal
import time
from functools import partial
from pathlib import Path

import urllib3
from prometheus_client import REGISTRY

from libs.messaging.broker import answers
from libs.messaging.liveness import Liveness, serve
from libs.testing.servers.private import free_port
from tests.messaging.floor import Floor, eventually, once


def test_a_worker_serves_its_probes_and_metrics(floor: Floor):
    worker = floor.worker()
    floor.begin([1])
    assert eventually(lambda: floor.running() == 0, 10)

    assert worker.get("/livez") == (200, "ok")
    assert worker.get("/readyz") == (200, "ok")
    assert 'message_batch_size_count{service="alpha"} 1.0' in worker.get("/metrics")[1]
    assert "worker_consuming 1.0" in worker.get("/metrics")[1]
    assert worker.get("/other")[0] == 404


def test_a_worker_of_the_jobs_pool_serves_its_probes(floor: Floor):
    worker = floor.worker("jobs")

    assert worker.get("/livez") == (200, "ok")
    assert worker.get("/readyz") == (200, "ok")


def test_the_jobs_pool_shows_what_its_children_measured(floor: Floor, tmp_path: Path):
    worker = floor.worker("jobs", PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    floor.work(1)
    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 10)

    page = worker.get("/metrics")[1]

    job = 'job_seconds_count{outcome="done",service="alpha",type="alpha.work.v1"} 1.0'
    assert eventually(lambda: job in worker.get("/metrics")[1], 5)
    assert "worker_consuming 1.0" in page
    assert 'argosy_service_info{component="worker-jobs",service="alpha"} 1.0' in page


def test_a_worker_without_its_broker_is_alive_but_not_ready(floor: Floor):
    worker = floor.worker(wait=False, ARGOSY_BROKER_URL="amqp://guest:guest@127.0.0.1:1//")

    assert eventually(lambda: worker.get("/livez")[0] > 0, 20)

    assert worker.get("/livez") == (200, "ok")
    assert worker.get("/readyz") == (503, "no consumer is open")
    assert "worker_consuming 0.0" in worker.get("/metrics")[1]
    still = 'worker_standstill_seconds{loop="events"} 0.0'  # While it tries to connect.
    assert eventually(lambda: still in worker.get("/metrics")[1], 20)


def test_a_loop_that_stands_still_is_not_alive():
    liveness = Liveness(longest_pause=0.2)
    assert liveness.fault() is None

    time.sleep(0.3)

    liveness.measure()
    shown = REGISTRY.get_sample_value("worker_standstill_seconds", {"loop": "events"})

    assert liveness.fault() == "the event loop stands still"
    assert shown is not None
    assert shown >= 0.3
    liveness.beat()
    assert liveness.fault() is None


def test_timers_that_stand_still_are_not_alive():
    liveness = Liveness(longest_pause=5)
    liveness.timers = lambda: time.monotonic() - 6

    assert liveness.fault() == "the timers stand still"


def test_waiting_for_the_broker_is_no_standstill():
    liveness = Liveness(longest_pause=0.1)

    with liveness.connecting():
        time.sleep(0.2)
        assert liveness.fault() is None

    assert liveness.fault() is None


def test_a_worker_that_does_not_consume_from_a_broker_that_answers_is_not_alive(broker_url: str):
    liveness = Liveness(longest_idleness=0.1)
    liveness.broker_answers = partial(answers, broker_url)
    liveness.consuming = True
    time.sleep(0.2)
    assert liveness.fault() is None

    liveness.consuming = False
    assert liveness.fault() is None
    time.sleep(0.2)

    assert liveness.fault() == "the broker answers, but no consumer is open"
    liveness.consuming = True
    assert liveness.fault() is None


def test_a_worker_whose_broker_does_not_answer_is_left_alone():
    liveness = Liveness(longest_idleness=0.0)
    liveness.broker_answers = partial(answers, "amqp://guest:guest@127.0.0.1:1//")

    assert liveness.fault() is None


def test_a_redis_that_is_the_broker_is_asked_too(redis_url: str):
    assert answers(redis_url)
    assert not answers("redis://127.0.0.1:1/0")


def test_a_standstill_is_told_by_http():
    liveness = Liveness(longest_pause=0.0)
    port = free_port()
    server = serve(liveness, "127.0.0.1", port)

    try:
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/livez", timeout=5.0)
    finally:
        server.shutdown()
        server.server_close()

    assert answer.status == 503
    assert answer.data == b"the event loop stands still"


def test_the_beat_of_a_live_worker_goes_on(floor: Floor):
    worker = floor.worker()

    os.kill(worker.process.pid, signal.SIGSTOP)
    time.sleep(0.2)
    os.kill(worker.process.pid, signal.SIGCONT)
    time.sleep(1.5)

    assert worker.get("/livez") == (200, "ok")
