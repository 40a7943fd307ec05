"""Tokens for tests: signed by keys of the test itself, so no accounts service is needed."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs import clock, ids, jwk
from libs.http.auth import AUDIENCE, ISSUER
from libs.http.service_keys import ServiceKey


class Issuer:
    """Signs for every user and service of a test; a service app trusts it through `environ`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._services: dict[str, ServiceKey] = {}
        self.key = Ed25519PrivateKey.generate()
        self.kid = jwk.thumbprint(self.key.public_key())
        self._users_jwks.write_bytes(jwk.key_set([jwk.public_jwk(self.key.public_key())]))
        self._services_jwks.write_bytes(jwk.key_set([]))

    @property
    def environ(self) -> dict[str, str]:
        """The settings that make a service app verify these tokens."""
        return {
            "ARGOSY_JWKS_URL": self._users_jwks.as_uri(),
            "ARGOSY_SERVICE_JWKS": str(self._services_jwks),
        }

    def access_token(
        self, user_id: UUID, roles: Sequence[str] = ("customer",), **claims: Any
    ) -> str:
        """A user's token; a claim given as None is left out, any other replaces the usual one."""
        now = clock.now()
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": ids.to_text("usr", user_id),
            "sid": ids.to_text("ses", ids.uuid7()),
            "type": "access",
            "jti": ids.uuid7().hex,
            "iat": now,
            "nbf": now,
            "exp": now + timedelta(minutes=10),
            "roles": list(roles),
            "scopes": [],
        }
        payload = {name: claim for name, claim in (usual | claims).items() if claim is not None}
        return self.sign(payload)

    def sign(self, payload: dict[str, Any], **headers: Any) -> str:
        """Any claims and header, with the right key."""
        header = {"kid": self.kid, **headers}
        return jwt.encode(payload, self.key, algorithm=jwk.ALGORITHM, headers=header)

    def user(self, user_id: UUID, roles: Sequence[str] = ("customer",)) -> dict[str, str]:
        """The headers of a user's request."""
        return {"Authorization": f"Bearer {self.access_token(user_id, roles)}"}

    def admin(self) -> dict[str, str]:
        """The headers of an administrator's request."""
        return self.user(ids.uuid7(), ("admin",))

    def service(self, name: str, callee: str) -> dict[str, str]:
        """The headers of a service's request to another service."""
        return {"Authorization": f"Bearer {self.service_key(name).token(callee)}"}

    def service_key(self, name: str) -> ServiceKey:
        """The key of that service; made before the first request, since verifiers keep the set."""
        if name not in self._services:
            self._services[name] = ServiceKey(name, Ed25519PrivateKey.generate())
            keys = [key.public_jwk() for key in self._services.values()]
            self._services_jwks.write_bytes(jwk.key_set(keys))
        return self._services[name]

    @property
    def _users_jwks(self) -> Path:
        return self._directory / "accounts-jwks.json"

    @property
    def _services_jwks(self) -> Path:
        return self._directory / "service-jwks.json"
