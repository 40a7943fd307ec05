"""The periodic work of accounts."""

from datetime import timedelta

from libs import clock
from libs.db.transaction import transaction
from services.accounts.tasks import SESSIONS_PER_RUN, tasks
from services.accounts.tests.people import execute, rows


def purge() -> int:
    [work] = [periodic for periodic in tasks.periodic if periodic.name.endswith("purge_sessions")]
    with transaction() as session:
        return int(work.handler(session))


def test_sessions_that_ended_long_ago_are_forgotten_with_their_tokens(ann):
    long_ago = clock.now() - timedelta(days=31)
    execute("UPDATE login_session SET expires_at = :moment", moment=long_ago)

    assert purge() == 1
    assert rows("SELECT count(*) FROM refresh_token") == [(0,)]


def test_a_session_is_remembered_while_its_old_tokens_may_turn_up(ann):
    execute("UPDATE login_session SET expires_at = :moment", moment=clock.now())

    assert purge() == 0


def test_one_run_takes_a_bounded_number(ann):
    execute(
        "INSERT INTO login_session (id, user_id, created_at, used_at, expires_at, address,"
        " user_agent) SELECT gen_random_uuid(), user_id, created_at, used_at,"
        " created_at - interval '40 days', '', '' FROM login_session, generate_series(1, :many)",
        many=SESSIONS_PER_RUN + 1,
    )

    assert purge() == SESSIONS_PER_RUN
    assert purge() == 1
