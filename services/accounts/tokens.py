"""Access tokens, signed for everybody to verify, and refresh tokens, known to us by hash only."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs import ids, jwk
from libs.http.auth import AUDIENCE, ISSUER
from libs.settings import SettingsError
from services.accounts.rules import ACCESS_LIFETIME

_PREFIX = "rt_"
_BYTES = 32
_KEY_PREFIX, _KEY_NAME_BYTES = "ak_", 6


@dataclass(frozen=True)
class SigningKeys:
    """The private key that signs, and the public keys of all that may have signed."""

    kid: str
    private: Ed25519PrivateKey
    published: bytes

    @classmethod
    def load(cls, directory: Path) -> "SigningKeys":
        """Every *.pem is published; of those named *.active.pem the last by name signs."""
        files = sorted(directory.glob("*.pem"))
        active = [path for path in files if path.name.endswith(".active.pem")]
        if not active:
            raise SettingsError(
                f"{directory} holds no *.active.pem; `python -m libs.runtime.keys` makes one"
            )
        keys = {path: jwk.load_private(path) for path in files}
        signing = keys[active[-1]]
        return cls(
            kid=jwk.thumbprint(signing.public_key()),
            private=signing,
            published=jwk.key_set(jwk.public_jwk(key.public_key()) for key in keys.values()),
        )

    def access_token(
        self, user_id: UUID, session_id: UUID, roles: Sequence[str], now: datetime
    ) -> str:
        """Ten minutes of access in the user's name."""
        claims = {
            "sub": ids.to_text("usr", user_id),
            "sid": ids.to_text("ses", session_id),
            "roles": list(roles),
            "scopes": [],
        }
        return self._sign(claims, now, now + ACCESS_LIFETIME)

    def key_token(
        self,
        user_id: UUID,
        key_id: UUID,
        *,
        roles: Sequence[str],
        scopes: Sequence[str],
        now: datetime,
        expires_at: datetime,
    ) -> str:
        """Access in the name of an API key's owner; the claim `key` binds it to its scopes."""
        claims = {
            "sub": ids.to_text("usr", user_id),
            "key": ids.to_text("key", key_id),
            "roles": list(roles),
            "scopes": list(scopes),
        }
        return self._sign(claims, now, expires_at)

    def _sign(self, claims: Mapping[str, Any], now: datetime, expires_at: datetime) -> str:
        common = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "type": "access",
            "jti": ids.uuid7().hex,
            "iat": now,
            "nbf": now,
            "exp": expires_at,
        }
        header = {"kid": self.kid}
        return jwt.encode({**common, **claims}, self.private, jwk.ALGORITHM, headers=header)


def new_refresh_token() -> str:
    """The first token of a session."""
    return _text(secrets.token_bytes(_BYTES))


def new_mail_token() -> str:
    """What is mailed to prove a mailbox."""
    return secrets.token_urlsafe(_BYTES)


def new_api_key() -> tuple[str, str]:
    """A key's name, and the secret that begins with it."""
    prefix = f"{_KEY_PREFIX}{secrets.token_hex(_KEY_NAME_BYTES)}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(_BYTES)}"


def prefix_of(api_key: str) -> str:
    """The name of the key whose secret this may be."""
    return api_key[: len(_KEY_PREFIX) + 2 * _KEY_NAME_BYTES]


def new_salt() -> bytes:
    """Fresh randomness for one succession."""
    return secrets.token_bytes(_BYTES)


def successor(token: str, salt: bytes) -> str:
    """The token that follows; neither the old token nor the database suffices to compute it."""
    return _text(hmac.digest(token.encode(), salt, "sha256"))


def digest(token: str) -> bytes:
    """What is stored of a secret of ours; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _text(secret: bytes) -> str:
    return _PREFIX + base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
