"""A new process waits for the schema that it needs, but not for ever."""

import threading
import time

import pytest

from libs.runtime import gate, migrate
from libs.settings import SettingsError

_SERVICE = "inventory"
_VARIABLE = "ARGOSY_INVENTORY_DATABASE_URL"


def test_a_current_schema_lets_pass_at_once(database_url: str) -> None:
    migrate.run([_SERVICE], {_VARIABLE: database_url})

    started = time.monotonic()
    gate.run([_SERVICE], {_VARIABLE: database_url}, seconds=30)

    assert time.monotonic() - started < 5


def test_a_schema_that_is_behind_is_waited_for(database_url: str) -> None:
    migration = threading.Timer(0.5, migrate.run, ([_SERVICE], {_VARIABLE: database_url}))
    migration.start()

    gate.run([_SERVICE], {_VARIABLE: database_url}, seconds=30)

    migration.join()


def test_the_wait_has_an_end(database_url: str) -> None:
    with pytest.raises(SettingsError, match="database of inventory is still behind this code"):
        gate.run([_SERVICE], {_VARIABLE: database_url}, seconds=0.1)


def test_a_database_that_is_down_is_named_at_the_end() -> None:
    nowhere = "postgresql://argosy@127.0.0.1:1/inventory"

    with pytest.raises(SettingsError, match="database of inventory is still unreachable after 0 s"):
        gate.run([_SERVICE], {_VARIABLE: nowhere}, seconds=0.1)


def test_every_missing_address_is_refused_before_the_wait() -> None:
    with pytest.raises(SettingsError, match="ARGOSY_INVENTORY_DATABASE_URL is not set"):
        gate.run([_SERVICE], {}, seconds=30)
