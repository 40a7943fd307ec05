"""What every connection of a service is told before it is used."""

import pytest
from sqlalchemy import text

from libs.db.base import db
from libs.db.settings import DatabaseSettings, engine_options
from libs.db.transaction import reading

_ASK = text("SELECT setting, source FROM pg_settings WHERE name = :name")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "2000"),
        ("lock_timeout", "1000"),
        ("idle_in_transaction_session_timeout", "10000"),
        ("TimeZone", "UTC"),
        ("plan_cache_mode", "force_generic_plan"),
    ],
)
def test_a_connection_has_its_deadlines_from_a_statement_which_any_pooler_passes_on(
    platform_app, name, value
):
    with platform_app("toys").app_context(), reading() as session:
        found = session.execute(_ASK, {"name": name}).one()

    assert tuple(found) == (value, "session")


def test_a_rollback_leaves_the_deadlines_as_they_are(platform_app):
    with platform_app("toys").app_context(), db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))

        connection.rollback()

        assert connection.execute(_ASK, {"name": "statement_timeout"}).scalar_one() == "2000"


def test_nothing_that_a_pooler_would_refuse_goes_with_the_login():
    assert "options" not in engine_options(DatabaseSettings())["connect_args"]
