"""The caller's own account over HTTP."""

from typing import Any

import pytest

from services.accounts.tests.people import BASE, Person, audit, log_in, rows

PROFILE = f"{BASE}/profile"


def test_the_profile_has_the_version_as_etag(ann):
    answer = ann.call("GET", PROFILE)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert ann.call("GET", PROFILE, **{"If-None-Match": '"1"'}).status_code == 304


def test_patch_changes_only_what_is_given(ann):
    ann.call("PATCH", PROFILE, {"phone": "+49 30 1234", "locale": "de-DE"})

    answer = ann.call("PATCH", PROFILE, {"name": "Ann"})

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')
    assert (answer.json["name"], answer.json["phone"]) == ("Ann", "+49 30 1234")


@pytest.mark.parametrize(
    "change",
    [{"phone": "call me"}, {"phone": "1\n2"}, {"phone": ""}, {"locale": "x"}, {"name": " "}],
)
def test_a_malformed_profile_is_refused(ann, change):
    assert ann.call("PATCH", PROFILE, change).status_code == 422


def test_put_empties_what_is_not_given(ann):
    ann.call("PATCH", PROFILE, {"phone": "+49 30 1234"})

    answer = ann.call("PUT", PROFILE, {"name": "Ann"})

    assert (answer.json["name"], answer.json["phone"]) == ("Ann", None)
    assert ann.call("PUT", PROFILE, {}).status_code == 422


def test_a_change_of_nothing_keeps_the_version(ann):
    ann.call("PATCH", PROFILE, {"name": "Ann"})

    answer = ann.call("PATCH", PROFILE, {"name": "Ann"})

    assert answer.headers["ETag"] == '"2"'


def test_a_stale_change_is_refused(ann):
    ann.call("PATCH", PROFILE, {"name": "Ann"})

    answer = ann.call("PATCH", PROFILE, {"name": "Anna"}, **{"If-Match": '"1"'})

    assert answer.status_code == 412
    assert ann.call("GET", PROFILE).json["name"] == "Ann"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    "field",
    ["roles", "status", "email", "id", "version", "password_hash", "created_at", "is_staff"],
)
def test_nobody_changes_what_is_not_theirs(ann, method, field):
    before = rows("SELECT * FROM user_account")

    answer = ann.call(method, PROFILE, {"name": "Ann", field: "admin"})

    assert answer.status_code == 422
    assert rows("SELECT * FROM user_account") == before


def change_password(person: Person, old: str, new: str) -> Any:
    body = {"current_password": old, "new_password": new}
    return person.call("POST", f"{BASE}/password", body)


def test_a_new_password_replaces_the_old_and_ends_other_sessions(ann):
    other = ann.elsewhere()

    answer = change_password(ann, ann.password, "copper-lantern-93")

    assert answer.status_code == 204
    assert ann.call("GET", PROFILE).status_code == 200
    assert (other.call("GET", PROFILE).status_code, other.refresh().status_code) == (401, 401)
    assert log_in(ann.client, ann.email, ann.password).status_code == 401
    assert log_in(ann.client, ann.email, "copper-lantern-93").status_code == 200
    assert len(audit("password_changed")) == 1


def test_a_wrong_old_password_changes_nothing(ann):
    answer = change_password(ann, "wrong-anchor-47-moss", "copper-lantern-93")

    assert (answer.status_code, answer.json["code"]) == (403, "accounts.wrong_password")
    assert log_in(ann.client, ann.email, ann.password).status_code == 200
    assert len(audit("password_refused")) == 1


def test_the_new_password_obeys_the_rules_of_registration(ann):
    assert change_password(ann, ann.password, "password1234").status_code == 422
    assert change_password(ann, ann.password, "short").status_code == 422


def test_the_old_password_cannot_be_guessed_without_end(ann, still):
    for number in range(10):
        change_password(ann, f"wrong-anchor-{number}", "copper-lantern-93")

    assert change_password(ann, ann.password, "copper-lantern-93").status_code == 429


def test_sessions_are_listed_with_the_asking_one_marked(ann):
    ann.elsewhere()

    answer = ann.call("GET", f"{BASE}/sessions")

    assert [login["current"] for login in answer.json["data"]] == [False, True]
    assert answer.json["data"][0]["user_agent"].startswith("Werkzeug")


def test_sessions_come_in_pages(ann):
    ann.elsewhere()

    first = ann.call("GET", f"{BASE}/sessions?limit=1").json
    second = ann.call("GET", f"{BASE}/sessions?limit=1&cursor={first['page']['next']}").json

    assert first["page"]["has_more"]
    assert not second["page"]["has_more"]
    assert first["data"][0]["id"] != second["data"][0]["id"]


def test_a_session_is_ended_from_another_device(ann):
    lost = ann.elsewhere()
    login_id = lost.call("GET", f"{BASE}/sessions").json["data"][0]["id"]

    answer = ann.call("DELETE", f"{BASE}/sessions/{login_id}")

    assert answer.status_code == 204
    assert (lost.call("GET", PROFILE).status_code, lost.refresh().status_code) == (401, 401)
    assert ann.call("DELETE", f"{BASE}/sessions/{login_id}").status_code == 404


def test_a_foreign_session_is_as_if_it_did_not_exist(ann, bob):
    foreign = bob.call("GET", f"{BASE}/sessions").json["data"][0]["id"]

    answer = ann.call("DELETE", f"{BASE}/sessions/{foreign}")
    missing = ann.call("DELETE", f"{BASE}/sessions/ses_01h455vb4pex5vsknk084sn02q")

    assert answer.status_code == missing.status_code == 404
    assert answer.json | {"trace_id": 0} == missing.json | {"trace_id": 0}
    assert bob.call("GET", PROFILE).status_code == 200


def test_a_profile_holds_what_the_shop_wants_to_know(ann):
    more = {
        "company": "Ann & Co",
        "vat_id": "DE123456789",
        "birth_date": "1990-12-31",
        "attributes": {"shoe_size": "39"},
    }

    changed = ann.call("PATCH", f"{BASE}/profile", more)

    assert {name: changed.json[name] for name in more} == more
    emptied = ann.call("PUT", f"{BASE}/profile", {"name": "Ann"})
    assert (emptied.json["company"], emptied.json["attributes"]) == (None, {})


@pytest.mark.parametrize(
    "fault",
    [
        {"birth_date": "2999-01-01"},
        {"birth_date": "1990-1-1"},
        {"birth_date": 19900101},
        {"vat_id": "x"},
        {"attributes": {"A b": "x"}},
        {"attributes": {"a": 1}},
        {"attributes": {f"a{n}": "x" for n in range(21)}},
        {"email_verified": True},
    ],
)
def test_a_bad_detail_is_refused(ann, fault):
    assert ann.call("PATCH", f"{BASE}/profile", fault).status_code == 422


def test_one_session_is_shown_and_all_others_can_be_ended(ann):
    other = ann.elsewhere()
    [newest, first] = ann.call("GET", f"{BASE}/sessions").json["data"]

    shown = ann.call("GET", f"{BASE}/sessions/{newest['id']}")
    ended = ann.call("DELETE", f"{BASE}/sessions")

    assert (shown.json["id"], shown.json["current"]) == (newest["id"], False)
    assert ended.status_code == 204
    assert ann.call("GET", f"{BASE}/sessions/{first['id']}").status_code == 200
    assert ann.call("GET", f"{BASE}/sessions/{newest['id']}").status_code == 404
    assert other.refresh().status_code == 401


def test_a_session_of_somebody_else_is_as_good_as_none(ann, bob):
    [mine] = ann.call("GET", f"{BASE}/sessions").json["data"]

    assert bob.call("GET", f"{BASE}/sessions/{mine['id']}").status_code == 404
