"""SendGrid's Web API v3 `mail/send` and its signed Event Webhook.

Shapes: the reference of `POST /v3/mail/send` and of the Event Webhook's security features.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from libs.testing.http_server import Received, RecordingServer, Reply, http_server
from libs.testing.message_providers.script import Act, Script, header, silence

_TYPES = ["text/plain", "text/html"]


@dataclass
class SendGridServer:
    """Keeps the mails that it accepted, and signs events as the webhook does."""

    script: Script
    key: str = "SG.test"
    accepted: list[dict[str, Any]] = field(default_factory=list)
    signing_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    server: RecordingServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url if self.server else ""

    @property
    def public_key(self) -> str:
        """As its settings page shows it."""
        der = self.signing_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def sign(self, body: bytes, timestamp: str = "1767225600") -> dict[str, str]:
        """The headers of a webhook with that body."""
        signature = self.signing_key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    def respond(self, received: Received) -> Reply:
        """As the API answers."""
        act = self.script.next_act()
        if act == "silence":
            return silence()
        if isinstance(act, int):
            return _refusal(act, "as the script says")
        if header(received, "authorization") != f"Bearer {self.key}":
            text = "The provided authorization grant is invalid, expired, or revoked"
            return _refusal(401, text)
        mail = msgspec.json.decode(received.body)
        if fault := _fault(mail):
            return _refusal(400, fault)
        self.accepted.append(mail)
        reference = uuid4().hex[:22]
        return Reply(202, b"", {"X-Message-Id": reference})


def event(kind: str, message_id: str, **more: Any) -> dict[str, Any]:
    """One entry of the Event Webhook, the custom argument flat beside the rest."""
    return {
        "email": "ada@example.org",
        "timestamp": 1767225600,
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "event": kind,
        "category": ["cat facts"],
        "sg_event_id": uuid4().hex,
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "message_id": message_id,
        **more,
    }


def bounce(message_id: str, **more: Any) -> dict[str, Any]:
    """The recipient's server says that there is no such address."""
    usual = {"reason": "500 unknown recipient", "status": "5.0.0", "type": "bounce"}
    return event("bounce", message_id, **(usual | more))


def _fault(mail: Mapping[str, Any]) -> str:
    people: Sequence[Any] = mail.get("personalizations") or [{}]
    types = [one.get("type") for one in mail.get("content", [])]
    checks = {
        "The to array is required": all(person.get("to") for person in people),
        "The from object must be provided": bool(mail.get("from", {}).get("email")),
        "The subject is required": bool(mail.get("subject")),
        "The content value must be a string at least one character in length.": all(
            one.get("value") for one in mail.get("content", [{}])
        ),
        "text/plain, if it is used, must be first": types in (_TYPES[:1], _TYPES[1:], _TYPES),
    }
    return next((fault for fault, is_kept in checks.items() if not is_kept), "")


def _refusal(status: int, message: str) -> Reply:
    fault = {"message": message, "field": None, "help": None}
    return Reply(status, msgspec.json.encode({"errors": [fault]}))


@contextmanager
def sendgrid_server(*acts: Act) -> Iterator[SendGridServer]:
    """A running API that plays these acts."""
    fake = SendGridServer(Script(*acts))
    with http_server(fake.respond) as server:
        fake.server = server
        yield fake
