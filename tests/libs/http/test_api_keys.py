"""A token that was given for an API key: its scopes bound what its owner could do."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.testing.tokens import Issuer

WHO, PUBLIC, ADMIN = "/api/v1/notes/who", "/api/v1/notes", "/api/v1/notes/admin"


def _get(client: FlaskClient, issuer: Issuer, user: UUID, path: str, **claims: Any) -> Any:
    token = issuer.access_token(user, sid=None, key="key_x", **claims)
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("scopes", [["notes:read"], ["notes:write", "notes:read"]])
def test_a_scope_opens_its_service(
    client: FlaskClient, issuer: Issuer, alice: UUID, scopes: list[str]
) -> None:
    answer = _get(client, issuer, alice, WHO, scopes=scopes)

    assert answer.get_json()["kind"] == "user"


@pytest.mark.parametrize("scopes", [[], ["orders:read"], ["notes:write"], ["notes"]])
def test_another_scope_opens_nothing_in_the_owners_name(
    client: FlaskClient, issuer: Issuer, alice: UUID, scopes: list[str]
) -> None:
    answer = _get(client, issuer, alice, WHO, scopes=scopes)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "out_of_scope")


def test_what_is_public_needs_no_scope(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    assert _get(client, issuer, alice, PUBLIC, scopes=[]).status_code == 200


@pytest.mark.parametrize(("roles", "status"), [(["customer"], 403), (["admin"], 200)])
def test_a_scope_gives_no_role_that_the_owner_has_not(
    client: FlaskClient, issuer: Issuer, alice: UUID, roles: list[str], status: int
) -> None:
    answer = _get(client, issuer, alice, ADMIN, scopes=["notes:read"], roles=roles)

    assert answer.status_code == status
