"""Public keys of tokens: Ed25519 keys from a JWKS (RFC 8037), fetched with restraint."""

import base64
import binascii
import logging
import threading
import time
from collections.abc import Callable

import msgspec
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.errors import Unavailable
from libs.http.settings import key_file

_log = logging.getLogger(__name__)
_FETCH_TIMEOUT = urllib3.Timeout(total=1.0)
_REFRESH_AFTER = 300.0
_REFETCH_AFTER = 60.0
_FIRST_RETRY_AFTER = 1.0


class Jwk(msgspec.Struct):
    """The members of a JSON Web Key that an Ed25519 public key has."""

    kty: str
    kid: str = ""
    crv: str = ""
    x: str = ""


class Jwks(msgspec.Struct):
    """A JSON Web Key Set."""

    keys: list[Jwk]


class KeySet:
    """Keys by `kid`. An unknown kid asks the source again at most once a minute.

    Keys are renewed every five minutes, so that a withdrawn one stops working; a source that is
    down leaves the known keys valid.
    """

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._loaded_at: float | None = None
        self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str) -> Ed25519PublicKey | None:
        """The key, or None; Unavailable as long as the source has never answered."""
        # Whoever comes during the very first reading waits for it.
        if self._loaded_at is None or self._due(kid):
            with self._lock:
                if self._due(kid):
                    self._load()
        if self._loaded_at is None:
            raise Unavailable("the keys that check tokens cannot be read at the moment")
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        since = self._clock() - self._tried_at
        if self._loaded_at is None:
            return since >= _FIRST_RETRY_AFTER
        wanted = kid not in self._keys or self._clock() - self._loaded_at >= _REFRESH_AFTER
        return wanted and since >= _REFETCH_AFTER

    def _load(self) -> None:
        self._tried_at = self._clock()
        try:
            keys = parse(_read(self._source))
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as fault:
            _log.warning("no keys from %s: %s", self._source, fault)
            return
        self._keys, self._loaded_at = keys, self._clock()


def parse(text: bytes) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a JWKS; keys of other kinds are skipped."""
    jwks = msgspec.json.decode(text, type=Jwks)
    usable = (key for key in jwks.keys if (key.kty, key.crv) == ("OKP", "Ed25519") and key.kid)
    return {key.kid: _public_key(key.x) for key in usable}


def _public_key(x: str) -> Ed25519PublicKey:
    try:
        raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
    except binascii.Error as fault:
        raise ValueError("a key of the set is not base64url") from fault
    return Ed25519PublicKey.from_public_bytes(raw)


def _read(source: str) -> bytes:
    if not source.startswith(("http://", "https://")):
        return key_file(source).read_bytes()
    answer = urllib3.request("GET", source, timeout=_FETCH_TIMEOUT, retries=False, redirect=False)
    if answer.status != 200:  # noqa: PLR2004  HTTP says it best
        raise ValueError(f"status {answer.status}")
    return answer.data
