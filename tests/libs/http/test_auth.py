"""Tokens: only a wholly valid one counts, and a bad one never passes for none."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient

from libs import clock
from libs.http.app import create_service_app
from libs.http.kernel import kernel_of
from libs.http.service_keys import ServiceKey
from libs.testing.tokens import Issuer
from tests.libs.http.sample import WEB

WHO = "/api/v1/notes/who"
PUBLIC = "/api/v1/notes"
SECRET = "/internal/notes/secret"


def get(client: FlaskClient, token: str, path: str = WHO) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def claims(issuer: Issuer, user: UUID, **changes: Any) -> dict[str, Any]:
    token = issuer.access_token(user, **changes)
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def unsigned(header: dict[str, Any], payload: Any) -> str:
    parts = (json.dumps(part).encode() for part in (header, payload))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_a_valid_token_is_its_user(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    assert get(client, issuer.access_token(alice)).get_json()["kind"] == "user"


def test_no_token_is_anonymous_where_guests_may_call(client: FlaskClient) -> None:
    assert client.get(WHO).get_json()["kind"] == "anonymous"


@pytest.mark.parametrize("path", [WHO, PUBLIC])
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "Bearer a b", "Bearer a,b", "x"],
)
def test_a_header_that_holds_no_token_is_401_on_public_routes_too(
    client: FlaskClient, path: str, header: str
) -> None:
    response = client.get(path, headers={"Authorization": header})

    assert (response.status_code, response.get_json()["code"]) == (401, "invalid_token")
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("name", ["exp", "iat", "jti", "type", "aud", "iss", "sub"])
def test_a_token_without_a_required_claim_is_401(
    client: FlaskClient, issuer: Issuer, alice: UUID, name: str
) -> None:
    rest = {key: claim for key, claim in claims(issuer, alice).items() if key != name}

    token = issuer.sign(rest)

    assert get(client, token).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": "notes"},
        {"aud": ["argosy", "other"]},
        {"iss": "service:orders"},
        {"iss": "other"},
        {"type": "refresh"},
        {"type": "password_reset"},
        {"type": "service"},
        {"type": ["access"]},
        {"sub": "not-a-user"},
        {"sub": 7},
        {"roles": "admin"},
        {"roles": [1]},
        {"scopes": {"notes:read": True}},
        {"exp": 1e400},
        {"exp": "soon"},
        {"iat": -1e400},
    ],
    ids=str,
)
def test_a_signed_token_with_a_wrong_claim_is_401(
    client: FlaskClient, issuer: Issuer, alice: UUID, changes: dict[str, Any]
) -> None:
    token = issuer.sign(claims(issuer, alice) | changes)

    assert get(client, token).status_code == 401


@pytest.mark.parametrize(("age", "status"), [(20, 200), (40, 401)])
def test_an_expired_token_is_good_for_thirty_more_seconds(
    client: FlaskClient, issuer: Issuer, alice: UUID, age: int, status: int
) -> None:
    token = issuer.access_token(alice, exp=clock.now() - timedelta(seconds=age))

    assert get(client, token).status_code == status


@pytest.mark.parametrize(("ahead", "status"), [(20, 200), (60, 401)])
def test_a_token_of_the_future_is_refused_beyond_the_leeway(
    client: FlaskClient, issuer: Issuer, alice: UUID, ahead: int, status: int
) -> None:
    token = issuer.access_token(alice, nbf=clock.now() + timedelta(seconds=ahead))

    assert get(client, token).status_code == status


def test_an_unsigned_token_is_401(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    header = {"alg": "none", "kid": issuer.kid}

    assert get(client, unsigned(header, claims(issuer, alice))).status_code == 401


@pytest.mark.parametrize("secret", ["public key", "a default secret of thirty-two bytes!"])
def test_a_token_signed_with_a_shared_secret_is_401(
    client: FlaskClient, issuer: Issuer, alice: UUID, secret: str
) -> None:
    public = issuer.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = public if secret == "public key" else secret.encode()
    payload = claims(issuer, alice)

    token = jwt.encode(payload, key, algorithm="HS256", headers={"kid": issuer.kid})

    assert get(client, token).status_code == 401


def test_a_token_of_another_key_under_our_key_id_is_401(
    client: FlaskClient, issuer: Issuer, alice: UUID
) -> None:
    payload, stranger = claims(issuer, alice), Ed25519PrivateKey.generate()

    token = jwt.encode(payload, stranger, algorithm="EdDSA", headers={"kid": issuer.kid})

    assert get(client, token).status_code == 401


def test_an_edited_role_is_401(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    head, _, signature = issuer.access_token(alice).split(".")
    edited = json.dumps(claims(issuer, alice, roles=["admin"])).encode()
    payload = base64.urlsafe_b64encode(edited).rstrip(b"=").decode()

    assert get(client, f"{head}.{payload}.{signature}").status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "unknown"},
        {"kid": "../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/keys"},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_a_header_that_steers_the_verification_is_401(
    client: FlaskClient, issuer: Issuer, alice: UUID, header: dict[str, Any]
) -> None:
    token = issuer.sign(claims(issuer, alice), **header)

    assert get(client, token).status_code == 401


def test_a_token_that_names_no_key_is_401(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    token = jwt.encode(claims(issuer, alice), issuer.key, algorithm="EdDSA")

    assert get(client, token).status_code == 401


@pytest.mark.parametrize(
    "payload", [b"[" * 6000, b"9" * 5000, b"null", b"[]", b"\xff", b'{"exp": ' + b"9" * 5000 + b"}"]
)
def test_a_payload_made_to_break_the_parser_is_401(client: FlaskClient, payload: bytes) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"EdDSA","kid":"x"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()

    assert get(client, f"{header}.{body}.AAAA").status_code == 401


def test_a_token_in_the_query_is_no_token(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    response = client.get(f"/api/v1/notes/admin?access_token={issuer.access_token(alice)}")

    assert response.status_code == 401


def test_a_token_in_a_cookie_is_no_token(client: FlaskClient, issuer: Issuer, alice: UUID) -> None:
    client.set_cookie("access_token_cookie", issuer.access_token(alice))

    assert client.get("/api/v1/notes/admin").status_code == 401


@pytest.mark.parametrize(
    ("roles", "scopes", "status"),
    [
        (("admin",), ["notes:read"], 200),
        (("admin", "customer"), ["notes:read", "more"], 200),
        (("admin",), [], 403),
        (("customer",), ["notes:read"], 403),
        (("Admin",), ["notes:read"], 403),
        ((), ["notes:read"], 403),
    ],
)
def test_a_rule_wants_one_of_its_roles_and_all_its_scopes(
    client: FlaskClient, issuer: Issuer, alice: UUID, roles: Any, scopes: Any, status: int
) -> None:
    token = issuer.access_token(alice, roles, scopes=scopes)

    assert get(client, token, "/api/v1/notes/admin").status_code == status


def test_a_service_token_opens_what_names_the_service(client: FlaskClient, issuer: Issuer) -> None:
    response = client.get(SECRET, headers=issuer.service("orders", "notes"))

    assert response.get_json() == {"kind": "service", "service": "orders"}


def test_a_service_not_on_the_list_is_403(client: FlaskClient, issuer: Issuer) -> None:
    assert client.get(SECRET, headers=issuer.service("catalog", "notes")).status_code == 403


def test_a_service_token_for_another_callee_is_401(client: FlaskClient, issuer: Issuer) -> None:
    assert client.get(SECRET, headers=issuer.service("orders", "carts")).status_code == 401


def test_a_service_cannot_sign_as_another_service(client: FlaskClient, issuer: Issuer) -> None:
    orders, catalog = issuer.service_key("orders"), issuer.service_key("catalog")
    payload = jwt.decode(orders.token("notes"), options={"verify_signature": False})

    forged = ServiceKey("orders", catalog._private)
    forged.kid = catalog.kid

    assert payload["iss"] == "service:orders"
    assert get(client, forged.token("notes"), SECRET).status_code == 401


@pytest.mark.parametrize("path", [SECRET, "/api/v1/notes/admin"])
def test_no_token_is_401_where_one_is_needed(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_user_cannot_reach_an_internal_route(
    client: FlaskClient, issuer: Issuer, alice: UUID
) -> None:
    assert get(client, issuer.access_token(alice, ("admin",)), SECRET).status_code == 403


def test_a_service_is_no_user(client: FlaskClient, issuer: Issuer) -> None:
    token = issuer.service("orders", "notes")

    assert client.get("/api/v1/notes/admin", headers=token).status_code == 403
    assert client.get(WHO, headers=token).status_code == 403


@pytest.mark.parametrize("token", ["short", "x" * 19, "x" * 201])
def test_a_cart_token_has_at_least_twenty_characters(client: FlaskClient, token: str) -> None:
    assert client.get(WHO, headers={"X-Cart-Token": token}).status_code == 401


def test_an_ended_session_is_401(environ: dict[str, str], issuer: Issuer, alice: UUID) -> None:
    app = create_service_app(WEB, environ)
    kernel_of(app).authenticator.revoke_with(lambda claims: claims["sid"] == "ended")

    ended, going = (issuer.access_token(alice, sid=sid) for sid in ("ended", "going"))

    assert get(app.test_client(), ended).status_code == 401
    assert get(app.test_client(), going).status_code == 200
