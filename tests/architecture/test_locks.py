"""The locks hold exact, hashed versions of everything asked for, and name no place to get them."""

import re
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

LOCKS = ("requirements", "requirements-embedded", "requirements-dev")
_FORBIDDEN = ("://", "--index", "--extra-index", "--find-links", "--trusted-host")
_PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)==[^ ;\\]+", re.MULTILINE)


def places(lock: str) -> list[str]:
    """Lines that say where packages come from."""
    return [line for line in lock.splitlines() if any(word in line for word in _FORBIDDEN)]


def unhashed(lock: str) -> list[str]:
    """Requirements without an exact version and a hash."""
    logical = re.sub(r"\\\n", " ", lock).splitlines()
    wanted = [line for line in logical if line.strip() and not line.strip().startswith("#")]
    return [line for line in wanted if not (_PIN.match(line) and "--hash=sha256:" in line)]


def absent(asked: str, lock: str) -> list[str]:
    """Requirements that the lock does not hold."""
    lines = (line.partition("#")[0].strip() for line in asked.splitlines())
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith("-"))
    wanted = {re.sub(r"[._-]+", "-", name.group()).lower() for name in names if name}
    return sorted(wanted - set(_PIN.findall(lock)))


def _read(name: str) -> str:
    return Path(ROOT, name).read_text("utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place(name):
    assert places(_read(f"{name}.txt")) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_exact_and_hashed(name):
    assert unhashed(_read(f"{name}.txt")) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_all_that_is_asked_for(name):
    assert absent(_read(f"{name}.in"), _read(f"{name}.txt")) == []


@pytest.mark.parametrize("name", LOCKS[1:])
def test_a_further_lock_agrees_with_the_first(name):
    pins, further = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", _read(f"{lock}.txt"), re.M))
        for lock in (LOCKS[0], name)
    )

    assert {pin for pin in pins.keys() & further.keys() if pins[pin] != further[pin]} == set()


@pytest.mark.parametrize(
    "line",
    [
        "--index-url x",
        "--extra-index-url x",
        "--find-links /wheels",
        "flask @ https://files.example/flask.whl",
    ],
)
def test_a_place_is_reported(line):
    assert places(f"# made by `make lock`\n{line}\n") == [line]


@pytest.mark.parametrize("line", ["flask==3.1.0", "flask>=3 --hash=sha256:00", "flask"])
def test_a_requirement_without_version_or_hash_is_reported(line):
    assert unhashed(f"# made\n{line}\nredis==7.0 \\\n    --hash=sha256:00\n") == [line]


def test_a_requirement_missing_from_the_lock_is_reported():
    asked = "-c other.txt\nflask\nFlask_SQLAlchemy>=3  # tables\nredis\n"
    lock = "flask==3.1.0 \\\n    --hash=sha256:00\nredis==7.0 \\\n    --hash=sha256:00\n"

    assert absent(asked, lock) == ["flask-sqlalchemy"]
