"""Refresh tokens: single use, one winner, and the end of a stolen family."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from libs import clock
from services.accounts import tokens
from services.accounts.tests.people import BASE, audit, execute, refresh, rows

LIVE_IN_ENDED_FAMILY = """
    SELECT session_id FROM refresh_token JOIN login_session ON id = session_id
    WHERE state = 'live' AND ended_at IS NOT NULL
"""


def later(monkeypatch: pytest.MonkeyPatch, wait: timedelta) -> None:
    moment = clock.now() + wait
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_refresh_token_is_exchanged_for_new_tokens(ann):
    answer = ann.refresh()

    assert answer.status_code == 200
    assert answer.json["refresh_token"] != ann.tokens["refresh_token"]
    ann.tokens = answer.json
    assert ann.call("GET", f"{BASE}/profile").status_code == 200


def test_a_repeat_within_the_grace_gets_the_same_successor(ann):
    first = ann.refresh()

    again = ann.refresh()

    assert again.json["refresh_token"] == first.json["refresh_token"]
    assert refresh(ann.client, first.json["refresh_token"]).status_code == 200
    assert audit("refresh_reused") == []


def test_a_repeat_after_the_grace_ends_the_family(ann, monkeypatch):
    successor = ann.refresh().json["refresh_token"]

    later(monkeypatch, timedelta(seconds=11))
    answer = ann.refresh()

    assert (answer.status_code, answer.json["code"]) == (401, "accounts.invalid_refresh_token")
    assert refresh(ann.client, successor).status_code == 401
    [(user_id, session_id, _)] = audit("refresh_reused")
    assert rows("SELECT user_id, id FROM login_session") == [(user_id, session_id)]
    assert rows(LIVE_IN_ENDED_FAMILY) == []


def test_the_grace_is_over_once_the_successor_is_used(ann):
    successor = ann.refresh().json["refresh_token"]
    refresh(ann.client, successor)

    answer = ann.refresh()

    assert answer.status_code == 401
    assert len(audit("refresh_reused")) == 1
    assert rows("SELECT count(*) FROM login_session WHERE ended_at IS NULL") == [(0,)]


def test_reuse_ends_the_access_token_too_but_no_other_session(ann):
    other = ann.elsewhere()
    refresh(ann.client, ann.refresh().json["refresh_token"])

    ann.refresh()

    assert ann.call("GET", f"{BASE}/profile").status_code == 401
    assert other.refresh().status_code == 200


def test_a_reused_token_of_an_ended_family_is_not_counted_again(ann):
    refresh(ann.client, ann.refresh().json["refresh_token"])
    ann.refresh()

    ann.refresh()

    assert len(audit("refresh_reused")) == 1


@pytest.mark.parametrize("token", ["", "rt_", "rt_" + "A" * 43, "' OR 1=1 --"])
def test_a_made_up_token_is_refused(ann, token):
    answer = refresh(ann.client, token)

    assert answer.status_code in (401, 422)
    assert audit("refresh_reused") == []


def test_an_access_token_does_not_refresh(ann):
    assert refresh(ann.client, ann.tokens["access_token"][:200]).status_code == 401


def test_a_refresh_token_gives_no_access(ann):
    ann.tokens["access_token"] = ann.tokens["refresh_token"]

    assert ann.call("GET", f"{BASE}/profile").status_code == 401


def test_an_idle_session_ends_after_fourteen_days(ann, monkeypatch):
    later(monkeypatch, timedelta(days=14, seconds=1))

    assert ann.refresh().status_code == 401


def test_a_used_session_ends_after_thirty_days(ann, monkeypatch):
    token = ann.tokens["refresh_token"]
    for _ in range(3):
        later(monkeypatch, timedelta(days=9))
        token = refresh(ann.client, token).json["refresh_token"]

    later(monkeypatch, timedelta(days=4))

    assert refresh(ann.client, token).status_code == 401


def test_refresh_takes_the_roles_of_today(ann, admin):
    admin.call("PATCH", f"/api/v1/users/{ann.id}", {"roles": ["customer", "admin"]})

    ann.tokens = ann.refresh().json

    assert ann.call("GET", "/api/v1/users").status_code == 200


def test_a_disabled_user_cannot_refresh(ann, admin):
    admin.call("PATCH", f"/api/v1/users/{ann.id}", {"status": "disabled"})

    assert ann.refresh().status_code == 401


def test_a_user_disabled_behind_our_back_cannot_refresh(ann):
    execute("UPDATE user_account SET status = 'disabled'")

    assert ann.refresh().status_code == 401


def test_concurrent_refreshes_have_one_winner(app, ann):
    start = Barrier(20)

    def attempt(_: int) -> tuple[int, str]:
        start.wait(timeout=10)
        answer = refresh(app.test_client(), ann.tokens["refresh_token"])
        return answer.status_code, answer.json["refresh_token"]

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(attempt, range(20)))

    assert len(answers) == 1
    assert rows("SELECT state, count(*) FROM refresh_token GROUP BY state ORDER BY state") == [
        ("live", 1),
        ("rotated", 1),
    ]


def test_logout_during_refreshes_leaves_no_live_token(app, ann):
    start = Barrier(9)

    def attempt(number: int) -> int:
        start.wait(timeout=10)
        if number == 4:
            return int(ann.call("POST", f"{BASE}/logout").status_code)
        return int(refresh(app.test_client(), ann.tokens["refresh_token"]).status_code)

    with ThreadPoolExecutor(9) as pool:
        statuses = list(pool.map(attempt, range(9)))

    assert statuses[4] == 204
    assert set(statuses) <= {200, 204, 401}
    assert rows(LIVE_IN_ENDED_FAMILY) == []


def test_the_database_holds_no_token_in_clear(ann):
    successor = ann.refresh().json["refresh_token"]

    [(dump,)] = rows("SELECT string_agg(refresh_token::text, ' ') FROM refresh_token")
    assert ann.tokens["refresh_token"] not in dump
    assert successor not in dump
    assert tokens.digest(successor).hex() in dump


def test_the_salt_of_a_used_successor_is_forgotten(ann):
    successor = ann.refresh().json["refresh_token"]

    refresh(ann.client, successor)

    assert rows("SELECT count(*) FROM refresh_token WHERE salt IS NOT NULL") == [(1,)]
