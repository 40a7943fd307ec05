"""Every alert leads to a runbook whose commands work."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from libs.db.settings import database_url
from libs.http.paths import IdConverter
from libs.runtime import registry
from libs.testing.service_fixtures import ServiceDatabase
from tests.platform.monitoring.repository import CODE, alerts
from tests.platform.monitoring.runbooks import (
    Call,
    Sql,
    calls,
    log_words,
    runbooks,
    statements,
)

Explain = Callable[[str, str], None]
_PARTS = ("**Means.** ", "**Look.** ", "**Do.** ")


@pytest.fixture
def explain(service_database: ServiceDatabase) -> Explain:
    """Have a service's database plan a statement without running it."""

    def plan(service: str, statement: str) -> None:
        engine = create_engine(database_url(service, service_database(service)), poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"EXPLAIN {statement}")

    return plan


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert runbooks().keys() == {rule.alert for rule in alerts()}


@pytest.mark.parametrize("service", registry.discover())
def test_a_service_names_its_own_alarms(service: str) -> None:
    readme = (registry.SERVICES / service / "README.md").read_text("utf-8")
    alarms = readme.partition("## Alarms")[2]
    own = {rule.alert for rule in alerts() if rule.file.stem == service}

    assert {alarm for alarm in own if f"`{alarm}`" not in alarms} == set()
    assert set(re.findall(r"`(Argosy\w+)`", alarms)) <= {rule.alert for rule in alerts()}


def test_every_runbook_says_what_it_means_where_to_look_and_what_to_do() -> None:
    incomplete = [
        alert
        for alert, text in runbooks().items()
        if not all(f"\n{part}" in text for part in _PARTS)
    ]

    assert incomplete == []


@pytest.mark.parametrize("sql", statements(), ids=lambda sql: sql.alert)
def test_a_runbook_asks_a_database_what_it_can_answer(explain: Explain, sql: Sql) -> None:
    explain("orders" if sql.service.startswith("$") else sql.service, sql.statement)


def test_a_runbook_with_a_wrong_statement_is_reported(explain: Explain) -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        explain("orders", "SELECT * FROM no_such_table")


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.alert)
def test_a_runbook_calls_what_the_shop_offers(call: Call) -> None:
    assert any(_fits(call, operation) for operation in _operations())


def test_a_runbook_looks_for_words_that_are_logged() -> None:
    said = "\n".join(path.read_text("utf-8") for path in CODE)

    assert [(alert, word) for alert, word in log_words() if not re.search(word, said)] == []


def _operations() -> list[tuple[str, str]]:
    """Method and path of everything that the services offer."""
    app = Flask("routes", static_folder=None)
    app.url_map.converters["id"] = IdConverter
    for name in registry.discover():
        for blueprint in registry.web_entry(name).blueprints:
            app.register_blueprint(blueprint)
    return [
        (method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()
    ]


def _fits(call: Call, operation: tuple[str, str]) -> bool:
    method, path = operation
    pattern = re.sub(r"<[^>]+>", "[^/]+", path)
    return call.method == method and re.fullmatch(pattern, f"/api/v1{call.path}") is not None
