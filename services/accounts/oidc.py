"""Sign-in at other people's identity providers: OpenID Connect, code flow, state, nonce and PKCE.

The providers stand in a file, since their secrets are no business of the environment. Authlib costs
7 MiB, so it is loaded when a provider is first used.
"""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from libs import clock
from libs.settings import SettingsError
from services.accounts.errors import NoSuchProvider, ProviderRefused, ProviderUnreachable

_TIMEOUT = (2.0, 5.0)
_LEEWAY = 30
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_METADATA_LIFETIME = timedelta(hours=1)
_REFETCH_PAUSE = timedelta(minutes=1)
_SECRET_BYTES = 32
_LOOPBACK = {"127.0.0.1", "localhost"}


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """How this shop is known to an identity provider."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str = "openid email profile"


class Known(NamedTuple):
    """Whom the provider says it is; an address counts only if the provider has verified it."""

    subject: str
    email: str | None
    email_verified: bool
    name: str | None


class Journey(NamedTuple):
    """The secrets of one way to the provider and back."""

    state: str
    browser: str
    nonce: str
    verifier: str

    @classmethod
    def set_out(cls) -> "Journey":
        """Four secrets that nobody can guess."""
        return cls(*(secrets.token_urlsafe(_SECRET_BYTES) for _ in cls._fields))


class _Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _File(msgspec.Struct, frozen=True):
    providers: list[Provider]


@dataclass
class Client:
    """One provider, whose documents are fetched when needed and kept for an hour."""

    provider: Provider
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _documents: tuple[datetime, _Metadata, Any] | None = None

    def authorization_url(self, journey: Journey) -> str:
        """Where the browser goes."""
        metadata, _ = self._known_documents()
        url: str
        url, _state = self._session().create_authorization_url(
            metadata.authorization_endpoint,
            state=journey.state,
            code_verifier=journey.verifier,
            nonce=journey.nonce,
        )
        return url

    def redeem(self, code: str, *, verifier: str, nonce: str) -> Known:
        """Whom the code stands for; ProviderRefused unless every signature and claim is right."""
        metadata, keys = self._known_documents()
        token = self._fetch_token(metadata.token_endpoint, code, verifier)
        claims = self._verify(token.get("id_token"), keys, nonce)
        email = claims.get("email")
        return Known(
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            email_verified=claims.get("email_verified") is True,
            name=claims.get("name") if isinstance(claims.get("name"), str) else None,
        )

    def _fetch_token(self, endpoint: str, code: str, verifier: str) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415  see the module's text
        from requests import RequestException  # noqa: PLC0415  as above

        try:
            token: Mapping[str, Any] = self._session().fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except AuthlibBaseError as fault:
            raise ProviderRefused("the identity provider did not accept the sign-in") from fault
        except RequestException as fault:
            raise ProviderUnreachable("the identity provider does not answer") from fault
        except ValueError as fault:
            raise ProviderRefused("the identity provider answered nothing usable") from fault
        return token

    def _verify(self, id_token: Any, keys: Any, nonce: str) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  see the module's text
        from joserfc import jwt  # noqa: PLC0415  as above
        from joserfc.errors import JoseError  # noqa: PLC0415  as above

        try:
            decoded = self._decode(jwt, id_token, keys)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                params={"nonce": nonce, "client_id": self.provider.client_id},
            )
            claims.validate(now=int(clock.now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as fault:
            raise ProviderRefused("the identity provider's token is not valid") from fault
        found: Mapping[str, Any] = claims
        return found

    def _decode(self, jwt: Any, id_token: Any, keys: Any) -> Any:
        """A key that is not known yet may be a new one: then the keys are fetched once more."""
        from joserfc.errors import JoseError  # noqa: PLC0415  see the module's text

        try:
            return jwt.decode(str(id_token), keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            _, fresh = self._known_documents(no_older=_REFETCH_PAUSE)
            return jwt.decode(str(id_token), fresh, algorithms=_ALGORITHMS)

    def _session(self) -> Any:
        from authlib.integrations.requests_client import (  # noqa: PLC0415  see the module's text
            OAuth2Session,
        )

        return OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret,
            scope=self.provider.scope,
            redirect_uri=self.provider.redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT[1],
        )

    def _known_documents(self, no_older: timedelta = _METADATA_LIFETIME) -> tuple[_Metadata, Any]:
        with self._lock:
            now = clock.now()
            if self._documents is None or now > self._documents[0] + no_older:
                self._documents = (now, *self._fetch_documents())
            return self._documents[1:]

    def _fetch_documents(self) -> tuple[_Metadata, Any]:
        from joserfc.jwk import KeySet  # noqa: PLC0415  see the module's text

        url = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = msgspec.convert(_get(url), _Metadata)
            keys = KeySet.import_key_set(_get(metadata.jwks_uri))
        except (msgspec.ValidationError, ValueError) as fault:
            raise ProviderUnreachable("the identity provider describes itself wrongly") from fault
        if metadata.issuer != self.provider.issuer:
            raise ProviderUnreachable("the identity provider gives itself another name")
        return metadata, keys


class Providers:
    """The identity providers of this shop."""

    def __init__(self, providers: Sequence[Provider] = ()) -> None:
        self._clients = {provider.name: Client(provider) for provider in providers}

    @classmethod
    def load(cls, path: Path | None) -> "Providers":
        """Read `{"providers": [...]}`; a SettingsError names what is wrong with it."""
        if path is None:
            return cls()
        try:
            found = msgspec.json.decode(path.read_bytes(), type=_File).providers
        except (OSError, msgspec.MsgspecError) as fault:
            raise SettingsError(f"{path} does not describe identity providers: {fault}") from fault
        for provider in found:
            parts = urlsplit(provider.issuer)
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise SettingsError(f"the issuer of {provider.name} must be an https:// URL")
        return cls(found)

    def get(self, name: str) -> Client:
        """The provider of that name."""
        client = self._clients.get(name)
        if client is None:
            raise NoSuchProvider("people cannot sign in there")
        return client

    @property
    def names(self) -> list[str]:
        """Where people can sign in."""
        return sorted(self._clients)


def _get(url: str) -> Any:
    import requests  # noqa: PLC0415  see the module's text

    try:
        answer = requests.get(url, timeout=_TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as fault:
        raise ProviderUnreachable("the identity provider does not answer") from fault
