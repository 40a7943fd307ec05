"""What accounts sign, and which key they sign with."""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs import ids, jwk
from libs.http.keys import parse
from libs.runtime.keys import make_keys
from libs.settings import SettingsError
from services.accounts.tests.people import BASE, Person, rows
from services.accounts.tokens import SigningKeys, new_salt, successor

PROFILE = f"{BASE}/profile"


def write_key(path: Path) -> str:
    key = Ed25519PrivateKey.generate()
    path.write_bytes(jwk.to_pem(key))
    return jwk.thumbprint(key.public_key())


def test_an_access_token_carries_exactly_what_verifiers_demand(ann, key_files):
    header = jwt.get_unverified_header(ann.tokens["access_token"])
    key = parse(key_files.accounts_jwks.read_bytes())[header["kid"]]

    claims = jwt.decode(
        ann.tokens["access_token"],
        key,
        algorithms=["EdDSA"],
        audience="argosy",
        issuer="argosy-accounts",
    )

    assert set(header) == {"alg", "kid", "typ"}
    assert claims["exp"] - claims["iat"] == 600
    assert claims["nbf"] == claims["iat"]
    assert (claims["type"], claims["roles"], claims["scopes"]) == ("access", ["customer"], [])
    assert (claims["sub"], len(claims["jti"])) == (ann.id, 32)
    assert rows("SELECT id FROM login_session") == [(ids.from_text("ses", claims["sid"]),)]


def test_the_last_active_key_signs_and_all_are_published(tmp_path):
    old = write_key(tmp_path / "20260101T000000Z.active.pem")
    new = write_key(tmp_path / "20260201T000000Z.active.pem")
    waiting = write_key(tmp_path / "20260301T000000Z.pem")

    keys = SigningKeys.load(tmp_path)

    assert keys.kid == new
    assert set(parse(keys.published)) == {old, new, waiting}


def test_a_token_of_the_key_before_is_still_accepted(service_app, environ, tmp_path):
    files = make_keys(tmp_path)
    told = environ | {
        "ARGOSY_ACCOUNTS_KEYS_DIR": str(files.accounts),
        "ARGOSY_JWKS_URL": files.accounts_jwks.as_uri(),
    }
    before = service_app("accounts", **told)
    ann = Person(before.test_client(), "ann@example.com").register().log_in()
    write_key(files.accounts / "20990101T000000Z.active.pem")
    make_keys(tmp_path)

    after = service_app("accounts", **told)

    ann.client = after.test_client()
    assert ann.call("GET", PROFILE).status_code == 200
    old_kid = jwt.get_unverified_header(ann.tokens["access_token"])["kid"]
    ann.log_in()
    assert jwt.get_unverified_header(ann.tokens["access_token"])["kid"] != old_kid


@pytest.mark.parametrize("name", ["20260101T000000Z.pem", "notes.txt"])
def test_accounts_do_not_start_without_a_key_to_sign_with(tmp_path, name):
    write_key(tmp_path / name)

    with pytest.raises(SettingsError, match=r"holds no \*\.active\.pem"):
        SigningKeys.load(tmp_path)


def test_the_successor_depends_on_the_old_token_and_on_the_salt():
    salt = new_salt()

    assert successor("rt_a", salt) == successor("rt_a", salt)
    assert successor("rt_a", salt) != successor("rt_b", salt)
    assert successor("rt_a", salt) != successor("rt_a", new_salt())


def test_an_edited_role_is_refused(ann):
    header, payload, signature = ann.tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    edited = json.dumps(claims | {"roles": ["admin"]}).encode()
    forged = base64.urlsafe_b64encode(edited).rstrip(b"=").decode()
    ann.tokens["access_token"] = f"{header}.{forged}.{signature}"

    assert ann.call("GET", "/api/v1/users").status_code == 401


def test_a_well_signed_token_without_a_session_is_refused(app, ann, key_files):
    keys = SigningKeys.load(key_files.accounts)
    claims = jwt.decode(ann.tokens["access_token"], options={"verify_signature": False})
    wrong: list[dict[str, Any]] = [
        {"sid": ids.to_text("ses", ids.uuid7())},
        {"sid": None},
        {"sid": "x"},
        {"sub": "x"},
    ]

    for change in wrong:
        payload = {name: claim for name, claim in (claims | change).items() if claim is not None}
        ann.tokens["access_token"] = jwt.encode(
            payload, keys.private, algorithm="EdDSA", headers={"kid": keys.kid}
        )
        assert ann.call("GET", PROFILE).status_code == 401


def test_a_session_belongs_to_one_user(ann, bob, key_files):
    keys = SigningKeys.load(key_files.accounts)
    claims = jwt.decode(ann.tokens["access_token"], options={"verify_signature": False})
    ann.tokens["access_token"] = jwt.encode(
        claims | {"sub": bob.id}, keys.private, algorithm="EdDSA", headers={"kid": keys.kid}
    )

    assert ann.call("GET", PROFILE).status_code == 401
