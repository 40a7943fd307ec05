"""Who people are: registration, tokens, sessions, roles."""

from itertools import count
from typing import Any
from urllib.parse import urlsplit

import bcrypt
import psycopg2
import pytest
import urllib3

from libs.testing.oidc_provider import Person
from libs.testing.process import run_to_end
from libs.testing.smtp_server import SmtpServer
from tests.end_to_end.shop import ADDRESS, PASSWORD, Shop, await_that

_people = count(1)


@pytest.fixture
def person(shop: Shop) -> dict[str, Any]:
    """The address, password and name of somebody who just registered."""
    form = {"email": f"accepted{next(_people)}@example.com", "password": PASSWORD, "name": "Ada"}
    shop.guest().post("/accounts/register", form).expect(201)
    return form


def test_row_001_a_customer_registers(shop):
    form = {"email": "newcomer@example.com", "password": PASSWORD, "name": "Ada"}

    made = shop.guest().post("/accounts/register", form).expect(201)
    again = shop.guest().post("/accounts/register", form)

    assert made["email"] == "newcomer@example.com"
    assert "password" not in made
    assert again.status == 409


def test_row_002_a_login_gives_a_token_that_opens_the_account(shop, person):
    credentials = {"email": person["email"], "password": PASSWORD}

    tokens = shop.guest().post("/accounts/login", credentials).expect(200)
    wrong = shop.guest().post("/accounts/login", credentials | {"password": "another password"})
    profile = shop.guest().get(
        "/accounts/profile", Authorization=f"Bearer {tokens['access_token']}"
    )

    assert profile.expect(200)["email"] == person["email"]
    assert wrong.status == 401


def test_row_003_a_refresh_token_is_used_once_and_ends_with_the_session(shop, person):
    guest = shop.guest()
    credentials = {"email": person["email"], "password": PASSWORD}
    first = guest.post("/accounts/login", credentials).expect(200)
    refresh = "/accounts/token/refresh"

    second = guest.post(refresh, {"refresh_token": first["refresh_token"]}).expect(200)
    third = guest.post(refresh, {"refresh_token": second["refresh_token"]}).expect(200)
    bearer = f"Bearer {third['access_token']}"
    guest.post("/accounts/logout", Authorization=bearer).expect(204)

    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert guest.post(refresh, {"refresh_token": third["refresh_token"]}).status == 401
    assert guest.get("/accounts/profile", Authorization=bearer).status == 401


def test_row_004_sessions_are_kept_by_the_server_and_ended_there(shop, person):
    here, there = (shop.log_in(person["email"]) for _ in range(2))

    listed = here.get("/accounts/sessions").expect(200)["data"]
    other = next(one for one in listed if not one["current"])
    here.call("DELETE", f"/accounts/sessions/{other['id']}").expect(204)

    assert len(listed) == 2
    assert there.get("/accounts/profile").status == 401
    assert here.get("/accounts/profile").status == 200


def test_row_005_old_bcrypt_hashes_still_open_the_door_and_are_renewed(shop, person):
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    first = _stored_hash(shop, person["email"])
    _stored_hash(shop, person["email"], replace=old)

    shop.log_in(person["email"])

    renewed = _stored_hash(shop, person["email"])
    assert first.startswith("$argon2id$")
    assert renewed.startswith("$argon2id$")
    assert renewed != first


def _stored_hash(shop: Shop, email: str, *, replace: str | None = None) -> str:
    url = shop.cluster.installation.servers.databases["accounts"]
    statement = (
        "UPDATE user_account SET password_hash = coalesce(%s, password_hash)"
        " WHERE email = %s RETURNING password_hash"
    )
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, [replace, email])
        [(found,)] = cursor.fetchall()
    connection.close()
    return str(found)


def test_row_008_a_profile_is_read_and_updated(shop, person):
    customer = shop.log_in(person["email"])

    replaced = customer.at("PUT", "/api/accounts/profile/", {"name": "Ada L.", "phone": "+49 42"})
    customer.call("PATCH", "/accounts/profile", {"locale": "de-DE"}).expect(200)
    shown = customer.at("GET", "/api/accounts/profile/").expect(200)

    assert replaced.expect(200)["name"] == "Ada L."
    assert (shown["name"], shown["phone"], shown["locale"]) == ("Ada L.", "+49 42", "de-DE")
    assert shop.guest().get("/accounts/profile").status == 401


def test_row_013_the_first_administrator_is_made_by_a_command(shop):
    program = shop.cluster.installation.administrator("boss@example.com", "Boss", PASSWORD)

    for _ in range(2):
        run_to_end(program, 60)

    roles = shop.log_in("boss@example.com").get("/accounts/profile").expect(200)["roles"]
    assert "admin" in roles


def test_row_012_only_administrators_write_what_customers_read(shop):
    product = {"name": "Forbidden", "description": "", "variants": []}

    answers = [caller.post("/products", product) for caller in (shop.guest(), shop.customer())]

    assert [answer.status for answer in answers] == [401, 403]
    assert shop.admin.get("/users").status == 200


def _mailed_token(mails: SmtpServer, email: str, subject: str) -> str:
    """The code in the newest mail of that subject to the address."""
    found: list[str] = []

    def look() -> bool:
        parts = [
            one.message.get_body(("plain",))
            for one in mails.journal
            if one.recipients == (email,) and one.message["Subject"] == subject
        ]
        found[:] = [part.get_content() for part in parts if part]
        return bool(found)

    await_that(f"the mail: {subject}", look)
    return found[-1].partition("code: ")[2].split()[0]


def test_row_006_a_forgotten_password_is_reset_by_mail(shop, mails, person):
    before = shop.log_in(person["email"])
    asked = [
        shop.guest().post("/accounts/password-resets", {"email": email})
        for email in (person["email"], "unknown@example.com")
    ]
    token = _mailed_token(mails, person["email"], "Set a new password")

    path, body = f"/accounts/password-resets/{token}", {"new_password": "amber-harbor-93-fern"}
    answers = [shop.guest().call("PUT", path, body).status for _ in range(2)]

    assert {(answer.status, answer.body) for answer in asked} == {(202, None)}
    assert answers == [204, 400]
    assert before.get("/accounts/profile").status == 401
    credentials = {"email": person["email"], "password": body["new_password"]}
    shop.guest().post("/accounts/login", credentials).expect(200)


def test_row_007_people_sign_in_at_an_identity_provider(shop, identity_provider):
    identity_provider.person = Person(subject="row-7", email="row7@example.com", name="Row Seven")
    start = shop.guest().at("GET", "/api/v1/accounts/oauth/test/start")
    with urllib3.PoolManager(retries=False, timeout=5) as browser:
        agreed = browser.request("GET", start.headers["Location"], redirect=False)
    back = urlsplit(agreed.headers["Location"])
    cookie = start.headers["Set-Cookie"].partition(";")[0]

    stolen = shop.guest().at("GET", f"{back.path}?{back.query}")
    tokens = shop.guest().at("GET", f"{back.path}?{back.query}", Cookie=cookie).expect(200)

    bearer = f"Bearer {tokens['access_token']}"
    profile = shop.guest().get("/accounts/profile", Authorization=bearer).expect(200)
    assert (start.status, stolen.status) == (302, 401)
    assert (profile["email"], profile["email_verified"]) == ("row7@example.com", True)


def test_row_009_a_customer_keeps_an_address_book(shop, person):
    customer, other = shop.log_in(person["email"]), shop.customer()
    first = customer.post("/accounts/addresses", ADDRESS | {"default_shipping": True}).expect(201)
    second = customer.post("/accounts/addresses", ADDRESS | {"default_shipping": True}).expect(201)
    path = f"/accounts/addresses/{second['id']}"

    customer.call("PATCH", path, {"city": "Hamburg"}).expect(200)

    flags = {
        one["id"]: (one["city"], one["default_shipping"])
        for one in customer.get("/accounts/addresses").expect(200)["data"]
    }
    assert flags == {first["id"]: (ADDRESS["city"], False), second["id"]: ("Hamburg", True)}
    assert other.get(path).status == 404
    customer.call("DELETE", path).expect(204)


def test_row_010_a_user_has_fields_of_the_shops_own(shop, person):
    more = {
        "phone": "+49 421 1",
        "company": "Ada & Co",
        "vat_id": "DE123456789",
        "birth_date": "1990-12-31",
        "attributes": {"shoe_size": "39"},
    }

    changed = shop.log_in(person["email"]).call("PATCH", "/accounts/profile", more).expect(200)

    assert {name: changed[name] for name in more} == more


def test_row_011_administrators_manage_users(shop, mails):
    email = "staff11@example.com"
    body = {"email": email, "name": "Staff", "roles": ["moderator"]}
    made = shop.admin.post("/users", body).expect(201)
    token = _mailed_token(mails, email, "Set a new password")
    path = f"/users/{made['id']}"

    changed = shop.admin.call("PATCH", path, {"roles": ["support"]}).expect(200)
    listed = shop.admin.get(f"/users?email={email}").expect(200)["data"]
    shop.admin.call("DELETE", path).expect(204)

    assert token
    assert changed["roles"] == ["support"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert shop.admin.get(path).expect(200)["status"] == "disabled"
