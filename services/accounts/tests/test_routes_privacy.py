"""Exports and erasures as their owners ask for them; the sagas have tests of their own."""

from datetime import timedelta

import pytest

from libs import clock
from libs.db.transaction import transaction
from services.accounts import tasks
from services.accounts.rules import EXPORTS_PER_DAY
from services.accounts.tests.people import BASE, PASSWORD, Person, execute, log_in, rows

EXPORTS, ERASURES = f"{BASE}/exports", f"{BASE}/erasures"
PROVEN = {"current_password": PASSWORD}


def _ready(content: str = '{"services":{}}') -> None:
    """As if every service had handed over its part."""
    execute(
        "UPDATE export SET state = 'ready', content = :content, ready_at = now(),"
        " expires_at = now() + interval '1 day'",
        content=content,
    )


@pytest.fixture
def export(ann):
    answer = ann.call("POST", EXPORTS)
    assert answer.status_code == 202
    return answer.headers["Location"]


def test_a_copy_begins_with_a_saga(ann, export):
    assert ann.call("GET", export).json["state"] == "running"
    assert rows("SELECT type, status FROM saga") == [("accounts.export_customer", "running")]


def test_a_second_wish_is_answered_by_the_copy_under_way(ann, export):
    assert ann.call("POST", EXPORTS).headers["Location"] == export


def test_a_copy_can_be_fetched_once_it_is_ready(ann, export):
    early = ann.call("GET", f"{export}/download")
    _ready()

    assert (early.status_code, early.json["code"]) == (409, "accounts.export_not_ready")
    answer = ann.call("GET", f"{export}/download")
    assert (answer.status_code, answer.json) == (200, {"services": {}})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_copy_is_forgotten_after_a_day(ann, export):
    _ready()
    execute("UPDATE export SET expires_at = now() - interval '1 second'")

    with transaction() as session:
        assert tasks.expire_exports(session) == 1

    assert ann.call("GET", f"{export}/download").status_code == 404
    assert ann.call("GET", export).json["state"] == "expired"


def test_there_are_so_many_copies_a_day_at_most(ann):
    for _ in range(EXPORTS_PER_DAY):
        ann.call("POST", EXPORTS)
        _ready()

    assert ann.call("POST", EXPORTS).json["code"] == "accounts.exports_used_up"


def test_a_copy_of_somebody_else_is_as_good_as_none(ann, bob, export):
    _ready()

    assert bob.call("GET", export).status_code == 404
    assert bob.call("GET", f"{export}/download").status_code == 404


def test_an_unproven_address_leads_to_no_guests_data(ann, export):
    [(plan,)] = rows("SELECT plan FROM saga")

    assert ann.email not in plan


def test_who_wants_to_be_forgotten_is_signed_out_at_once(client, ann):
    other = ann.elsewhere()

    answer = ann.call("POST", ERASURES, PROVEN)

    assert (answer.status_code, answer.json["state"]) == (202, "requested")
    for device in (ann, other):
        assert device.call("GET", f"{BASE}/profile").status_code == 401
        assert device.refresh().status_code == 401
    assert log_in(client, ann.email, PASSWORD).status_code == 403


def test_an_erasure_waits_until_no_access_token_works(ann, monkeypatch):
    ann.call("POST", ERASURES, PROVEN)
    with transaction() as session:
        tasks.start_erasures(session)
    assert rows("SELECT FROM saga") == []

    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    with transaction() as session:
        tasks.start_erasures(session)

    assert rows("SELECT type FROM saga") == [("accounts.erase_customer",)]


def test_an_erasure_needs_the_password(ann):
    answer = ann.call("POST", ERASURES, {"current_password": "a wrong password"})

    assert answer.json["code"] == "accounts.wrong_password"
    assert rows("SELECT FROM erasure") == []


def test_the_last_administrator_cannot_be_erased(admin):
    answer = admin.call("POST", ERASURES, PROVEN)

    assert answer.json["code"] == "accounts.last_administrator"
    assert rows("SELECT status FROM user_account") == [("active",)]


def test_an_administrator_erases_for_somebody(admin, ann):
    answer = admin.call("POST", f"/api/v1/users/{ann.id}/erasures")
    again = admin.call("POST", f"/api/v1/users/{ann.id}/erasures")

    assert answer.status_code == 202
    assert again.json["code"] == "accounts.erasure_running"
    listed = admin.call("GET", f"/api/v1/users/{ann.id}/erasures").json["data"]
    assert [one["id"] for one in listed] == [answer.json["id"]]


def test_an_account_that_is_being_erased_is_not_administered(admin, ann):
    admin.call("POST", f"/api/v1/users/{ann.id}/erasures")

    answer = admin.call("PATCH", f"/api/v1/users/{ann.id}", {"status": "active"})

    assert answer.json["code"] == "accounts.erasure_running"


def test_a_program_with_an_api_key_cannot_erase_or_copy_its_owner(client, ann):
    made = ann.call("POST", f"{BASE}/api-keys", {"name": "ERP", "scopes": ["accounts:read"]}).json
    token = client.post(f"{BASE}/token/api-key", json={"api_key": made["secret"]}).json
    program = Person(client, ann.email)
    program.tokens = token

    assert program.call("POST", ERASURES, PROVEN).status_code == 403
    assert program.call("POST", EXPORTS).status_code == 403
