"""Statements that travel together do what they would do alone."""

from contextlib import suppress

import psycopg2
import pytest
from psycopg2 import extensions
from psycopg2.errors import InFailedSqlTransaction, UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm import Session

from libs.db.connection import Connection
from libs.db.statement import Statement
from libs.db.transaction import reading, savepoint, transaction

_ADD = Statement("INSERT INTO word (text) VALUES ($1)")
_WORDS = Statement("SELECT text FROM word ORDER BY id")


@pytest.fixture
def connection(database_url):
    opened = psycopg2.connect(database_url, connect_timeout=5, connection_factory=Connection)
    opened.transactional = True
    yield opened
    opened.close()


@pytest.fixture
def app(platform_app):
    app = platform_app("toys")
    with app.app_context():
        with transaction() as session:
            session.execute(text("CREATE TABLE word (id serial PRIMARY KEY, text text UNIQUE)"))
        yield app


def _stored() -> list[str]:
    with reading() as session:
        return [word for (word,) in _WORDS.rows(session)]


def test_begin_travels_with_the_first_statement(connection):
    cursor = connection.cursor()

    cursor.execute("SELECT %s", (1,))

    assert cursor.query == b"BEGIN; SELECT 1"
    assert cursor.fetchall() == [(1,)]
    assert connection.get_transaction_status() == extensions.TRANSACTION_STATUS_INTRANS


def test_begin_is_sent_once_for_a_transaction(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT 1")

    cursor.execute("SELECT 2")

    assert cursor.query == b"SELECT 2"


def test_a_statement_for_later_travels_with_the_next_one(connection):
    cursor = connection.cursor()
    connection.later("CREATE TEMPORARY TABLE %s (id int)", (extensions.AsIs("box"),))

    cursor.execute("SELECT count(*) FROM box")

    assert cursor.query == b"BEGIN; CREATE TEMPORARY TABLE box (id int); SELECT count(*) FROM box"


def test_a_percent_sign_in_a_value_survives_the_journey(connection):
    cursor = connection.cursor()

    cursor.execute("SELECT %s, '%%'", ("100 %s",))

    assert cursor.fetchall() == [("100 %s", "%")]


def test_many_statements_at_once_are_part_of_the_transaction(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TEMPORARY TABLE box (id int)")
    connection.commit()

    cursor.executemany("INSERT INTO box VALUES (%s)", [(1,), (2,)])
    connection.rollback()

    cursor.execute("SELECT count(*) FROM box")
    assert cursor.fetchall() == [(0,)]


def test_outside_a_transaction_each_statement_stands_alone(connection):
    connection.transactional = False
    cursor = connection.cursor()

    cursor.execute("SELECT 1")

    assert cursor.query == b"SELECT 1"
    assert connection.get_transaction_status() == extensions.TRANSACTION_STATUS_IDLE


def test_a_transaction_with_a_failed_statement_cannot_be_committed(connection):
    cursor = connection.cursor()
    with pytest.raises(psycopg2.DataError):
        cursor.execute("SELECT 1 / 0")

    with pytest.raises(InFailedSqlTransaction):
        connection.commit()


def test_a_statement_for_later_is_stored_with_the_commit(app):
    with transaction() as session:
        _ADD.later(session, "a")

    assert _stored() == ["a"]


def test_statements_run_in_the_order_in_which_they_were_given(app):
    with transaction() as session:
        _ADD.later(session, "a")
        _ADD.run(session, "b")
        _ADD.later(session, "c")

    assert _stored() == ["a", "b", "c"]


def test_a_query_sees_what_was_given_for_later_before_it(app):
    with transaction() as session:
        _ADD.later(session, "a")

        assert _WORDS.rows(session) == [("a",)]


def test_a_transaction_that_fails_drops_what_was_given_for_later(app):
    def work() -> None:
        with transaction() as session:
            _ADD.run(session, "a")
            _ADD.later(session, "b")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    with transaction() as session:
        _ADD.run(session, "c")
    assert _stored() == ["c"]


def test_a_savepoint_that_fails_takes_along_what_was_given_for_later_in_it(app):
    def part(session: Session) -> None:
        with savepoint(session):
            _ADD.later(session, "b")
            raise ZeroDivisionError

    with transaction() as session:
        _ADD.later(session, "a")
        with pytest.raises(ZeroDivisionError):
            part(session)
        _ADD.later(session, "c")

    assert _stored() == ["a", "c"]


def test_a_statement_for_later_that_fails_fails_the_commit_and_all_with_it(app):
    def work() -> None:
        with transaction() as session:
            _ADD.run(session, "a")
            _ADD.later(session, "a")

    with pytest.raises(IntegrityError) as fault:
        work()

    assert isinstance(fault.value.orig, UniqueViolation)
    assert _stored() == []


def test_a_transaction_whose_failure_was_overlooked_is_not_taken_for_durable(app):
    def work() -> None:
        with transaction() as session:
            _ADD.run(session, "a")
            with suppress(psycopg2.DataError):
                Statement("SELECT 1 / 0").run(session)

    with pytest.raises(InternalError):
        work()

    assert _stored() == []
