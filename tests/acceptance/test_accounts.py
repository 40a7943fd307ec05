"""Who people are: registration, tokens, sessions, roles."""

from itertools import count
from typing import Any

import bcrypt
import psycopg2
import pytest

from libs.testing.process import run_to_end
from tests.end_to_end.shop import PASSWORD, Shop

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
