"""Whatever cannot work is one sentence on standard error and exit code 1."""

import os
import subprocess
import sys

import pytest

from libs.runtime import registry
from libs.settings import SettingsError
from libs.testing.installation import ROOT

_SERVICE = "inventory"


def _run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ARGOSY_")}
    return subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-m", "libs.runtime", *arguments],
        cwd=ROOT,
        env=bare | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _only_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize("command", ["worker", "migrate", "gate", "topology", "check"])
def test_unknown_service_is_refused(command: str) -> None:
    done = _run(command, "--services", "warehouse")

    assert "there is no service 'warehouse', only accounts," in _only_sentence(done)


@pytest.mark.parametrize("command", [("web", "--port", "18999"), ("worker",)])
def test_a_process_names_every_bad_setting_of_its_services_at_once(
    command: tuple[str, ...],
) -> None:
    done = _run(*command, "--services", "inventory,carts", ARGOSY_DATABASE_POOL_SIZE="many")

    sentence = _only_sentence(done)
    assert "ARGOSY_BROKER_URL is not set" in sentence
    assert "ARGOSY_INVENTORY_DATABASE_URL is not set" in sentence
    assert "ARGOSY_CARTS_DATABASE_URL is not set" in sentence
    assert "ARGOSY_DATABASE_POOL_SIZE must be a number, not 'many'" in sentence


def test_a_migration_names_every_missing_database_at_once() -> None:
    done = _run("migrate", "--services", "inventory,carts")

    sentence = _only_sentence(done)
    assert "ARGOSY_INVENTORY_DATABASE_URL is not set" in sentence
    assert "ARGOSY_CARTS_DATABASE_URL is not set" in sentence


def test_pool_without_work_is_refused() -> None:
    done = _run("worker", "--services", _SERVICE, "--pool", "jobs")

    assert "none of inventory has anything for the pool 'jobs'" in _only_sentence(done)


def test_migration_of_a_database_that_is_down_names_the_service() -> None:
    url = "postgresql://argosy@127.0.0.1:1/inventory"

    done = _run("migrate", "--services", _SERVICE, ARGOSY_INVENTORY_DATABASE_URL=url)

    assert done.returncode == 1
    assert "the database of inventory cannot be migrated" in done.stderr


def test_broker_that_is_down_is_one_sentence() -> None:
    url = "amqp://guest:guest@127.0.0.1:1//"

    done = _run("topology", "--services", _SERVICE, ARGOSY_BROKER_URL=url)

    assert "the broker cannot be reached" in _only_sentence(done)


@pytest.mark.parametrize("password", ["hidden", "a:hidden", "hidden@b", "hidden/c", "%40hidden"])
def test_check_shows_settings_without_passwords(password: str) -> None:
    environ = {
        "ARGOSY_BROKER_URL": f"amqp://guest:{password}@127.0.0.1//",
        "ARGOSY_INVENTORY_DATABASE_URL": "postgresql://inventory:hidden@127.0.0.1/inventory",
    }

    done = _run("check", "--services", _SERVICE, **environ)

    assert done.returncode == 0, done.stderr
    assert "amqp://guest:***@127.0.0.1//" in done.stdout
    assert "hidden" not in done.stdout


def test_check_names_what_is_missing() -> None:
    done = _run("check", "--services", _SERVICE)

    sentence = _only_sentence(done)
    assert "ARGOSY_BROKER_URL is not set" in sentence
    assert "ARGOSY_INVENTORY_DATABASE_URL is not set" in sentence


def test_services_are_the_folders_with_an_entry_point() -> None:
    assert set(registry.discover()) == {
        path.parent.name for path in (ROOT / "services").glob("*/app.py")
    }


@pytest.mark.parametrize("text", ["", " , "])
def test_naming_no_service_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no service is named"):
        registry.select(text)


def test_named_services_keep_their_order_and_lose_repetitions() -> None:
    assert registry.select("orders,carts,orders", ("carts", "orders")) == ("orders", "carts")
