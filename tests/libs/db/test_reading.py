"""A session for queries locks nothing, and leaves its connection as it was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from libs.db.statement import Statement
from libs.db.transaction import reading, transaction

_INSERT = text("INSERT INTO periodic (name) VALUES ('kept')")
_INSERT_AND_FAIL = text("INSERT INTO periodic (name) VALUES ('gone'); SELECT 1 / 0")
_COUNT = Statement("SELECT count(*) FROM periodic")


@pytest.fixture
def app(platform_app):
    app = platform_app("toys")
    with app.app_context(), transaction() as session:
        session.execute(text("CREATE TABLE periodic (name text)"))
    return app


def test_each_query_sees_what_was_committed_before_it(app):
    with app.app_context(), reading() as session:
        before = _COUNT.first(session)
        with transaction() as other:
            other.execute(_INSERT)

        after = _COUNT.first(session)

    assert (before, after) == ((0,), (1,))


def test_a_transaction_on_the_same_connection_still_rolls_back(app):
    with app.app_context():
        with reading() as session:
            _COUNT.first(session)
        with pytest.raises(DataError), transaction() as session:
            session.execute(_INSERT_AND_FAIL)

        with reading() as session:
            assert _COUNT.first(session) == (0,)


def test_a_failed_query_does_not_spoil_the_next_one(app):
    with app.app_context():
        with pytest.raises(DataError), reading() as session:
            session.execute(text("SELECT 1 / 0"))

        with reading() as session:
            assert _COUNT.first(session) == (0,)
