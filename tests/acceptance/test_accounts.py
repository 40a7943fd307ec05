"""Who people are: registration, tokens, sessions, roles."""

from itertools import count
from typing import Any

import pytest

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


def test_row_012_only_administrators_write_what_customers_read(shop):
    product = {"name": "Forbidden", "description": "", "variants": []}

    answers = [caller.post("/products", product) for caller in (shop.guest(), shop.customer())]

    assert [answer.status for answer in answers] == [401, 403]
    assert shop.admin.get("/users").status == 200
