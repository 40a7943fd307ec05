"""An import survives the kill of its worker process."""

import os
import subprocess
import sys
import time

import pytest
from flask import Flask

from libs.testing.service_fixtures import ServiceDatabase
from services.catalog.commands import imports
from services.catalog.tests.imports import accept, counts, csv, state, work
from services.catalog.tests.shop import Shop

ROWS = 600
WORKER = """
import os
from uuid import UUID
from libs.contracts.catalog import WorkImports
from libs.service import create_context_app
from services.catalog import tasks
with create_context_app("catalog", os.environ).app_context():
    tasks.work_imports(WorkImports(import_id=UUID(os.environ["IMPORT"])))
"""


def test_a_killed_worker_costs_no_row_and_doubles_none(
    app: Flask,
    shop: Shop,
    service_database: ServiceDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 10)
    import_id = accept(csv(*(f"S{n},Product {n},1,EUR" for n in range(ROWS))))
    environ = os.environ | service_database("catalog") | {"IMPORT": str(import_id)}

    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, env=environ) as worker:  # noqa: S603  our own program
        while state(import_id).created < 50:
            assert worker.poll() is None
            time.sleep(0.01)
        worker.kill()
    halfway = state(import_id)
    work(import_id)

    assert 50 <= halfway.created < ROWS
    assert (halfway.state, halfway.created % 10) == ("working", 0)
    assert counts(state(import_id)) == {"rows": ROWS, "created": ROWS}
    assert sorted(fact.version for fact in shop.facts()) == [1] * ROWS
