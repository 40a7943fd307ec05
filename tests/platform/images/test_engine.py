"""An engine is found or started, shared while in use, and ended only by those who started it."""

import os
from pathlib import Path

import pytest

from libs.testing.servers.private import scratch_directory
from libs.testing.servers.programs import MissingProgram, program
from tools.images.daemon import Daemon, running_engine
from tools.images.engine import Engine, EngineError

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_NOWHERE = "unix:///nonexistent/docker.sock"


@pytest.fixture
def place():
    """A folder whose name is short enough for the sockets in it."""
    with scratch_directory() as directory:
        yield directory


@pytest.fixture
def private(engine, place: Path) -> tuple[Engine, tuple[str, ...]]:
    """An engine that does not run yet, and what it is started with."""
    try:
        program("dockerd")
    except MissingProgram as missing:
        pytest.skip(f"no engine is started: {missing}")
    if os.geteuid() != 0:
        pytest.skip("only root may start an engine")
    host = f"unix://{place}/docker.sock"
    folders = (f"--data-root={place}/data", f"--exec-root={place}/exec")
    return Engine(engine.client, host), (f"--host={host}", *folders)


def test_the_last_of_its_users_ends_an_engine_that_was_started_for_them(private, place):
    engine, options = private
    answered = [engine.answers]

    with Daemon(engine, place / "home", options):
        with Daemon(engine, place / "home", options):
            answered.append(engine.answers)
        answered.append(engine.answers)
    answered.append(engine.answers)

    assert answered == [False, True, True, False]


def test_an_engine_that_was_there_before_is_left_running(private, place):
    engine, options = private
    with Daemon(engine, place / "owner", options):
        with Daemon(engine, place / "guest", options):
            pass

        assert engine.answers


def test_an_engine_named_by_the_environment_is_never_replaced(engine, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", _NOWHERE)

    with pytest.raises(EngineError, match="no Docker engine answers"), running_engine():
        pass


def test_a_refusal_of_the_engine_says_why(engine):
    with pytest.raises(EngineError, match=r"docker image failed: (?s:.*)No such image: nothing"):
        engine.inspect("nothing:1")


def test_an_image_that_the_engine_lacks_is_not_found(engine):
    assert engine.find("nothing:1") is None
