"""What the database itself guarantees."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.accounts.tests.people import execute, rows


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit_event SET kind = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"],
)
def test_the_audit_trail_cannot_be_changed(ann, change):
    before = rows("SELECT * FROM audit_event ORDER BY id")

    with pytest.raises(DBAPIError, match="audit_event is append-only"):
        execute(change)

    assert rows("SELECT * FROM audit_event ORDER BY id") == before


def test_a_family_has_one_live_token(ann):
    with pytest.raises(IntegrityError, match="uq_refresh_token_live"):
        execute(
            "INSERT INTO refresh_token (digest, session_id, state, expires_at)"
            " SELECT 'x', session_id, 'live', expires_at FROM refresh_token"
        )


@pytest.mark.parametrize(
    "change",
    ["roles = '{god}'", "roles = '{}'", "status = 'gone'", "email = 'ANN@example.com'"],
)
def test_a_user_is_never_in_an_unknown_state(ann, change):
    with pytest.raises(IntegrityError, match="ck_user_account"):
        execute(f"UPDATE user_account SET {change}")  # noqa: S608  a constant of this test
