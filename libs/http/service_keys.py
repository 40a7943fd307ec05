"""How a service proves itself to another: its Ed25519 key file, and five-minute tokens."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs import clock, jwk
from libs.ids import uuid7

LIFETIME = timedelta(minutes=5)
# A token is replaced while it has still this long to live.
_RENEW_BEFORE = timedelta(minutes=1)


class ServiceKey:
    """The private key of one service; its id `<service>.<thumbprint>` binds it to the service."""

    def __init__(self, service: str, private: Ed25519PrivateKey) -> None:
        self.service = service
        self._private = private
        self.kid = f"{service}.{jwk.thumbprint(private.public_key())}"
        self._cache: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    @classmethod
    def generate(cls, service: str) -> Self:
        """A new key."""
        return cls(service, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, service: str, path: Path) -> Self:
        """The key in the service's PEM file."""
        return cls(service, jwk.load_private(path))

    def public_jwk(self) -> dict[str, str]:
        """The entry of this key in the JWKS that every service reads."""
        return jwk.public_jwk(self._private.public_key()) | {"kid": self.kid}

    def token(self, callee: str) -> str:
        """A token that only the callee accepts, the same one until it is four minutes old."""
        now = clock.now()
        with self._lock:
            renew_at, token = self._cache.get(callee, (0.0, ""))
            if now.timestamp() >= renew_at:
                token = self._sign(callee)
                self._cache[callee] = ((now + LIFETIME - _RENEW_BEFORE).timestamp(), token)
            return token

    def _sign(self, callee: str) -> str:
        now, name = clock.now(), f"service:{self.service}"
        claims = {
            "iss": name,
            "sub": name,
            "aud": callee,
            "type": "service",
            "iat": now,
            "exp": now + LIFETIME,
            "jti": uuid7().hex,
        }
        headers = {"kid": self.kid}
        return jwt.encode(claims, self._private, algorithm=jwk.ALGORITHM, headers=headers)
