"""The jobs pool: whatever ends a job early, it runs again or a person finds it."""

import pytest

from tests.messaging.floor import Floor, eventually, once


def test_a_job_that_fails_is_parked_with_its_reason_and_not_repeated(floor: Floor):
    floor.worker("jobs")

    floor.work(1, "fail")
    floor.work(2)

    assert eventually(lambda: floor.effects("alpha", "ended") == once([2]), 10)
    assert eventually(lambda: bool(floor.dead("alpha")), 10)
    assert floor.dead("alpha") == ["RuntimeError('this job has a bug')"]
    assert floor.effects("alpha", "began") == once([1, 2])


def test_a_job_whose_process_is_killed_runs_again(floor: Floor):
    floor.worker("jobs")

    floor.work(1, "once:die")

    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 20)
    assert floor.effects("alpha", "began")[1] == 2


def test_a_job_that_loses_its_database_runs_again_and_is_not_parked(floor: Floor):
    floor.worker("jobs")

    floor.work(1, "once:lose_database")

    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 20)
    assert floor.effects("alpha", "began")[1] == 2
    assert floor.dead("alpha") == []


def test_a_job_that_takes_too_long_runs_again(floor: Floor):
    floor.worker("jobs", TOYS_TIME_LIMIT="1")

    floor.work(1, "once:hang")

    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 20)
    assert floor.effects("alpha", "began")[1] == 2


def test_a_job_whose_worker_is_killed_runs_again(floor: Floor):
    worker = floor.worker("jobs")
    floor.work(1, "sleep=2")
    assert eventually(lambda: floor.effects("alpha", "began")[1] == 1, 10)

    worker.process.kill()
    floor.worker("jobs")

    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 20)


@pytest.mark.parametrize("floor", [3], indirect=True)
def test_a_job_that_kills_its_process_every_time_is_parked_and_its_neighbours_go_on(floor: Floor):
    floor.worker()
    floor.worker("jobs")

    floor.work(0, "die")
    for number in range(1, 11):
        floor.work(number)

    assert eventually(lambda: floor.effects("alpha", "ended") == once(range(1, 11)), 30)
    assert eventually(lambda: floor.dead("alpha") == ["delivery_limit"], 30)
    assert floor.effects("alpha", "began")[0] == floor.limit + 1
    assert floor.depth("alpha.jobs") == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [("alpha.work.v2", "there is no task alpha.work.v2"), ("alpha.work.v1", "ValidationError")],
)
def test_a_message_that_is_no_job_is_parked(floor: Floor, name: str, reason: str):
    floor.worker("jobs")

    floor.post("alpha.jobs", b'[[],{"message":{}},{}]', task=name, id="1")
    floor.work(1)

    assert eventually(lambda: len(floor.dead("alpha")) == 1, 10)
    assert reason in floor.dead("alpha")[0]
    assert eventually(lambda: floor.effects("alpha", "ended") == once([1]), 10)
