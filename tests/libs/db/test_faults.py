"""A fault that passes is told from an outage, and both from a mistake."""

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from libs.db.faults import is_contention, is_outage
from libs.db.statement import Statement
from libs.db.transaction import transaction

ERRORS = (DBAPIError, psycopg2.Error)


@pytest.fixture
def fault_of(platform_app):
    """What a statement raises, through SQLAlchemy or as a prepared statement."""
    app = platform_app("toys")

    def run(sql: str, *, prepared: bool) -> Exception:
        with app.app_context(), pytest.raises(ERRORS) as caught, transaction() as session:
            _execute(session, sql, prepared=prepared)
        return caught.value

    return run


def _execute(session: Session, sql: str, *, prepared: bool) -> None:
    if prepared:
        Statement(sql).run(session)
    else:
        session.execute(text(sql))


def _raise(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_another_transaction_in_the_way_is_contention(fault_of, code):
    fault = fault_of(_raise(code), prepared=False)

    assert (is_contention(fault), is_outage(fault)) == (True, False)


@pytest.mark.parametrize("code", ["57P01", "57P03", "53300", "53100", "08006"])
def test_a_server_that_cannot_serve_is_an_outage(fault_of, code):
    fault = fault_of(_raise(code), prepared=False)

    assert (is_contention(fault), is_outage(fault)) == (False, True)


@pytest.mark.parametrize("sql", ["SELECT 1 / 0", "SELECT nothing", "SELECT pg_sleep(2.5)"])
def test_a_mistake_is_neither(fault_of, sql):
    fault = fault_of(sql, prepared=True)

    assert (is_contention(fault), is_outage(fault)) == (False, False)


@pytest.mark.parametrize("prepared", [True, False])
def test_a_connection_that_ends_is_an_outage(fault_of, prepared):
    fault = fault_of("SELECT pg_terminate_backend(pg_backend_pid())", prepared=prepared)

    assert is_outage(fault)


def test_a_lock_that_others_keep_is_contention(platform_app):
    app = platform_app("toys")
    with app.app_context(), transaction() as session:
        session.execute(text("LOCK TABLE inbox"))

        with pytest.raises(ERRORS) as caught, transaction() as other:
            Statement("SELECT * FROM inbox").run(other)

    assert (is_contention(caught.value), is_outage(caught.value)) == (True, False)


def test_a_server_that_is_not_there_is_an_outage():
    engine = create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none", poolclass=NullPool)

    with pytest.raises(ERRORS) as caught:
        engine.connect()

    assert is_outage(caught.value)


def test_the_cause_of_a_fault_counts(fault_of):
    wrapped = RuntimeError("while working")
    wrapped.__cause__ = fault_of(_raise("57P01"), prepared=False)

    assert is_outage(wrapped)


def test_the_next_transaction_gets_a_new_connection_after_an_outage(platform_app):
    app = platform_app("toys")
    with app.app_context():
        with pytest.raises(ERRORS), transaction() as session:
            Statement("SELECT pg_terminate_backend(pg_backend_pid())").run(session)

        with transaction() as session:
            assert Statement("SELECT 7").first(session) == (7,)
