"""User administration over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from libs import ids
from services.accounts.tests.people import BASE, Person, audit, execute, rows

USERS = "/api/v1/users"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", USERS, None),
        ("GET", f"{USERS}/{{id}}", None),
        ("PATCH", f"{USERS}/{{id}}", {"roles": ["admin"]}),
    ],
)
@pytest.mark.parametrize("role", ["customer", "support", "warehouse", "catalog_editor", "finance"])
def test_only_administrators_administer(ann, method, path, body, role):
    execute("UPDATE user_account SET roles = ARRAY[:role]", role=role)
    ann.log_in()
    before = rows("SELECT * FROM user_account")

    answer = ann.call(method, path.format(id=ann.id), body)

    assert answer.status_code == 403
    assert rows("SELECT * FROM user_account") == before


def test_users_are_listed_newest_first(admin, ann, bob):
    first = admin.call("GET", f"{USERS}?limit=2").json
    second = admin.call("GET", f"{USERS}?limit=2&cursor={first['page']['next']}").json

    found = [user["email"] for user in first["data"] + second["data"]]
    assert found == [bob.email, ann.email, admin.email]


def test_users_are_found_by_any_spelling_of_their_address(admin, ann, bob):
    answer = admin.call("GET", f"{USERS}?email=ANN@example.com")

    assert [user["id"] for user in answer.json["data"]] == [ann.id]


def test_no_answer_shows_a_password(admin, ann):
    for path in (USERS, f"{USERS}/{ann.id}"):
        assert "argon2" not in admin.call("GET", path).get_data(as_text=True)


def test_an_unknown_user_is_not_found(admin):
    unknown = ids.to_text("usr", ids.uuid7())

    assert admin.call("GET", f"{USERS}/{unknown}").status_code == 404
    assert admin.call("PATCH", f"{USERS}/{unknown}", {"roles": ["admin"]}).status_code == 404
    assert admin.call("GET", f"{USERS}/ses_{unknown[4:]}").status_code == 404


def test_a_change_of_roles_is_audited_with_before_and_after(admin, ann):
    answer = admin.call("PATCH", f"{USERS}/{ann.id}", {"roles": ["support", "customer"]})

    assert (answer.status_code, answer.json["roles"]) == (200, ["customer", "support"])
    [(user_id, _, detail)] = audit("user_administered")
    assert ids.to_text("usr", user_id) == ann.id
    assert detail["before"]["roles"] == ["customer"]
    assert detail["after"]["roles"] == ["customer", "support"]


def test_a_repeated_change_is_no_change(admin, ann):
    admin.call("PATCH", f"{USERS}/{ann.id}", {"roles": ["support"]})

    answer = admin.call("PATCH", f"{USERS}/{ann.id}", {"roles": ["support"]})

    assert answer.headers["ETag"] == '"2"'
    assert len(audit("user_administered")) == 1


@pytest.mark.parametrize(
    "body", [{"roles": []}, {"roles": ["god"]}, {"status": "gone"}, {"email": "x@example.com"}]
)
def test_only_known_roles_and_states_can_be_set(admin, ann, body):
    assert admin.call("PATCH", f"{USERS}/{ann.id}", body).status_code == 422


def test_a_stale_change_is_refused(admin, ann):
    admin.call("PATCH", f"{USERS}/{ann.id}", {"roles": ["support"]})
    body, stale = {"roles": ["admin"]}, {"If-Match": '"1"'}

    assert admin.call("PATCH", f"{USERS}/{ann.id}", body, **stale).status_code == 412


def test_a_disabled_user_is_signed_out_at_once(admin, ann):
    other = ann.elsewhere()

    admin.call("PATCH", f"{USERS}/{ann.id}", {"status": "disabled"})

    for device in (ann, other):
        assert device.call("GET", f"{BASE}/profile").status_code == 401
        assert device.refresh().status_code == 401


def test_a_lost_role_is_lost_at_once_here(admin, ann):
    execute("UPDATE user_account SET roles = '{customer}' WHERE email = :email", email=admin.email)

    assert admin.call("GET", USERS).status_code == 401


@pytest.mark.parametrize("body", [{"roles": ["customer"]}, {"status": "disabled"}])
def test_the_last_administrator_stays(admin, body):
    answer = admin.call("PATCH", f"{USERS}/{admin.id}", body)

    assert (answer.status_code, answer.json["code"]) == (409, "accounts.last_administrator")
    assert admin.call("GET", USERS).status_code == 200


def test_two_administrators_cannot_remove_each_other(app, client, admin):
    rival = Person(client, "rival@example.com").register().promote().log_in()
    start = Barrier(2)

    def remove(pair: tuple[Person, Person]) -> int:
        start.wait(timeout=10)
        actor, victim = pair
        answer = app.test_client().patch(
            f"{USERS}/{victim.id}", json={"roles": ["customer"]}, headers=actor.headers
        )
        return int(answer.status_code)

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(remove, [(admin, rival), (rival, admin)]))

    # Who comes second is refused, either as the last one or as no administrator any more.
    assert statuses[0] == 200
    assert statuses[1] in (401, 409)
    assert rows("SELECT count(*) FROM user_account WHERE 'admin' = ANY (roles)") == [(1,)]


def test_an_administrator_opens_an_account(admin, client):
    body = {
        "email": "Carl@Example.com",
        "name": "Carl",
        "roles": ["support"],
        "password": "opal-thicket-58-wren",
        "company": "Carl & Co",
    }

    made = admin.call("POST", USERS, body, **{"Idempotency-Key": "carl"})
    again = admin.call("POST", USERS, body, **{"Idempotency-Key": "carl"})

    assert made.status_code == 201
    assert again.json == made.json
    assert (made.json["email"], made.json["roles"]) == ("carl@example.com", ["support"])
    assert Person(client, "carl@example.com", "opal-thicket-58-wren").log_in().tokens


def test_an_address_that_somebody_has_opens_no_second_account(admin, ann):
    answer = admin.call("POST", USERS, {"email": ann.email, "name": "Ann"})

    assert answer.json["code"] == "accounts.email_taken"


def test_a_user_is_replaced_as_a_whole(admin, ann):
    path = f"{USERS}/{ann.id}"
    admin.call("PATCH", path, {"status": "disabled"})

    whole = {"name": "Ann B", "roles": ["customer", "support"], "status": "active", "vat_id": "DE1"}
    refused = admin.call("PUT", path, whole)
    answer = admin.call("PUT", path, whole | {"vat_id": "DE123456789"})

    assert refused.status_code == 422
    assert (answer.json["name"], answer.json["status"]) == ("Ann B", "active")
    assert answer.json["vat_id"] == "DE123456789"


def test_a_deactivated_user_stays_and_may_not_come_in(admin, ann):
    assert admin.call("DELETE", f"{USERS}/{ann.id}").status_code == 204

    assert admin.call("GET", f"{USERS}/{ann.id}").json["status"] == "disabled"
    assert ann.call("GET", f"{BASE}/profile").status_code == 401


def test_users_are_found_by_role_and_status(admin, ann, bob):
    admin.call("PATCH", f"{USERS}/{bob.id}", {"roles": ["moderator"], "status": "disabled"})

    by_role = admin.call("GET", f"{USERS}?role=moderator").json["data"]
    by_status = admin.call("GET", f"{USERS}?status=disabled").json["data"]

    assert [one["id"] for one in by_role] == [one["id"] for one in by_status] == [bob.id]
