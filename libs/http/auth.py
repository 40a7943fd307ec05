"""Who is calling: the one verifier of access tokens and service tokens."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NoReturn
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, g, request
from flask_jwt_extended import JWTManager, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException

from libs import ids
from libs.http.keys import KeySet
from libs.http.problems import Problem
from libs.http.settings import HttpSettings

AUDIENCE = "argosy"
ISSUER = "argosy-accounts"
LEEWAY = 30
MIN_CART_TOKEN = 20
_MAX_CART_TOKEN = 200
_CLAIMS = ("exp", "iat", "jti", "type", "aud", "iss", "sub")
# `jku`, `x5u`, `jwk` and `crit` would let a token choose its own key or rules.
_HEADERS = frozenset({"alg", "kid", "typ"})
_SERVICE = "service:"
# A token's signature is looked at again after so long, so that a withdrawn key is noticed.
_TRUST_SECONDS = 30
_TRUSTED = 4096

Claims = Mapping[str, Any]
RevocationCheck = Callable[[Claims], bool]


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of this request, as proven by a token; a cart token is a guest's only proof.

    With `key_id` it is a program that holds a user's API key, and `scopes` bound what it may do.
    """

    kind: Literal["anonymous", "user", "service"]
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    session_id: str | None = None
    key_id: str | None = None
    service: str | None = None
    cart_token: str | None = None


def principal() -> Principal:
    """The caller of the current request."""
    found: Principal = g.argosy_principal
    return found


def user_id() -> UUID:
    """The calling user, for operations whose rule demands one."""
    found = principal().user_id
    if found is None:
        raise RuntimeError("this operation's access rule does not demand a user")
    return found


class Authenticator:
    """Turns the Authorization header into a principal, or into a 401."""

    def __init__(self, app: Flask, settings: HttpSettings, service: str) -> None:
        self._service = service
        self._users = KeySet(settings.jwks_url) if settings.jwks_url else None
        self._services = KeySet(settings.service_jwks) if settings.service_jwks else None
        self._is_revoked: RevocationCheck | None = None
        app.config.update(
            JWT_ALGORITHM="EdDSA",
            JWT_DECODE_ALGORITHMS=["EdDSA"],
            JWT_DECODE_AUDIENCE=[AUDIENCE, service],
            JWT_DECODE_LEEWAY=LEEWAY,
        )
        manager = JWTManager(app)
        manager.decode_key_loader(self._key)
        # Most requests bring a token that was here a moment ago.
        self._decode = lru_cache(_TRUSTED)(lambda token, _period: decode_token(token))

    def revoke_with(self, check: RevocationCheck) -> None:
        """Ask the check about every valid access token; true means that its session has ended."""
        self._is_revoked = check

    def identify(self) -> Principal:
        """The caller; a token not wholly in order is a 401 on every route, public ones too."""
        header = request.headers.get("Authorization")
        if header is None:
            return Principal("anonymous", cart_token=_cart_token())
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or " " in token or "," in token:
            _refuse("The Authorization header must be: Bearer <token>.")
        try:
            claims: Claims = self._decode(token, time.monotonic() // _TRUST_SECONDS)
        except (jwt.PyJWTError, JWTExtendedException):
            _refuse("The token is not valid.")
        if int(claims["exp"]) <= time.time() - LEEWAY or self._has_ended(claims):
            _refuse("The token is not valid.")
        return _principal(claims)

    def _key(self, header: Claims, claims: Claims) -> Ed25519PublicKey:
        """The key that must have signed a token of that type; runs before the signature's check."""
        if not _HEADERS.issuperset(header) or any(claims.get(name) is None for name in _CLAIMS):
            raise jwt.InvalidTokenError("claims or header")
        kid, kind = header.get("kid"), claims["type"]
        if not isinstance(kid, str):
            raise jwt.InvalidTokenError("kid")
        key = None
        if kind == "access" and (claims["iss"], claims["aud"]) == (ISSUER, AUDIENCE):
            key = self._users.find(kid) if self._users else None
        elif kind == "service" and claims["aud"] == self._service and _owns(kid, claims):
            key = self._services.find(kid) if self._services else None
        if key is None:
            raise jwt.InvalidTokenError("key")
        return key

    def _has_ended(self, claims: Claims) -> bool:
        return bool(self._is_revoked and claims["type"] == "access" and self._is_revoked(claims))


def _owns(kid: str, claims: Claims) -> bool:
    """Keys of services are named `<service>.<thumbprint>`: none can speak for another service."""
    issuer = claims["iss"]
    return isinstance(issuer, str) and issuer == _SERVICE + kid.partition(".")[0]


def _principal(claims: Claims) -> Principal:
    if claims["type"] == "service":
        return Principal("service", service=claims["iss"].removeprefix(_SERVICE))
    try:
        identifier = ids.from_text("usr", claims["sub"])
    except ValueError:
        _refuse("The token is not valid.")
    return Principal(
        "user",
        user_id=identifier,
        roles=_names(claims.get("roles", [])),
        scopes=_names(claims.get("scopes", [])),
        session_id=claims.get("sid"),
        key_id=claims.get("key"),
        cart_token=_cart_token(),
    )


def _names(claim: Any) -> frozenset[str]:
    if not isinstance(claim, list) or not all(isinstance(name, str) for name in claim):
        _refuse("The token is not valid.")
    return frozenset(claim)


def _cart_token() -> str | None:
    token = request.headers.get("X-Cart-Token")
    if token is not None and not MIN_CART_TOKEN <= len(token) <= _MAX_CART_TOKEN:
        raise Problem(401, "invalid_cart_token", "The X-Cart-Token header is not a cart token.")
    return token


def _refuse(detail: str) -> NoReturn:
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    raise Problem(401, "invalid_token", detail, headers=challenge)
