"""Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, keys as `whsec_` + base64."""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_VERSION = "v1,"
_KEY_BYTES = range(24, 65)
_MAX_ID = 255


class BadSignature(Exception):
    """The message was not signed by a holder of a live secret within the tolerated time."""


@dataclass(frozen=True, repr=False)
class Secret:
    """A shared key; it does not show itself in logs or tracebacks."""

    key: bytes

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """The key behind `whsec_...`; a ValueError for one of fewer than 24 or over 64 bytes."""
        try:
            key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not text.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
            raise ValueError(f"must be {_PREFIX} and the base64 of 24 to 64 random bytes")
        return cls(key)


def sign(
    secret: Secret, message_id: str, at: datetime, body: bytes, *older: Secret
) -> dict[str, str]:
    """The three headers that go with the body; `older` secrets sign too while keys rotate."""
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(one, message_id, timestamp, body) for one in (secret, *older)]
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, at: datetime) -> str:
    """The message's id, or BadSignature. Any live secret will do, so that keys can rotate."""
    message_id = headers.get(ID, "")
    timestamp = headers.get(TIMESTAMP, "")
    if not message_id or len(message_id) > _MAX_ID:
        raise BadSignature(f"the header {ID} is missing or too long")
    if not _recent(timestamp, at):
        raise BadSignature(f"the header {TIMESTAMP} is not within {TOLERANCE_SECONDS} s of now")
    given = headers.get(SIGNATURE, "").split(" ")
    wanted = [_signature(secret, message_id, timestamp, body) for secret in secrets]
    # Every pair is compared, each in constant time: the duration tells nothing.
    matches = [hmac.compare_digest(a.encode(), b.encode()) for a in wanted for b in given]
    if not any(matches):
        raise BadSignature("no signature matches")
    return message_id


def _signature(secret: Secret, message_id: str, timestamp: str, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(secret.key, content, "sha256")
    return _VERSION + base64.b64encode(digest).decode()


def _recent(timestamp: str, at: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < len("10000000000000")):
        return False
    return abs(at.timestamp() - int(timestamp)) <= TOLERANCE_SECONDS
