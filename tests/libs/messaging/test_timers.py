"""Periodic work of a worker."""

import threading

import pytest

from libs.messaging.tasks import Tasks
from libs.messaging.timers import Timers


@pytest.fixture
def run(platform_app):
    """Runs the tasks until the event is set; False if that takes too long."""
    timers = Timers()
    app = platform_app("toys")

    def start(tasks: Tasks, event: threading.Event) -> bool:
        timers.add(app, tasks.periodic)
        timers.start()
        return event.wait(10)

    yield start
    timers.stop()


def test_work_is_left_alone_while_its_question_says_no(run):
    tasks, asked = Tasks("toys"), threading.Event()
    answers = iter([False, False, True])
    handled: list[int] = []

    @tasks.every(seconds=0.01, when=lambda _session: next(answers, False))
    def work(_session):
        handled.append(1)
        asked.set()
        return 0

    assert run(tasks, asked)
    assert handled == [1]


def test_a_question_is_asked_outside_a_transaction(run):
    tasks, asked = Tasks("toys"), threading.Event()
    found: list[bool] = []

    def question(session):
        found.append(session.connection().connection.dbapi_connection.autocommit)
        asked.set()
        return False

    tasks.every(seconds=0.01, when=question)(lambda _session: 0)

    assert run(tasks, asked)
    assert found[0]
