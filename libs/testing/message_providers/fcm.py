"""Google's OAuth token endpoint for service accounts, and FCM's HTTP v1 API behind it.

Shapes: the references of the JWT bearer flow, of `projects.messages.send` and of `FcmError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from libs.testing.http_server import Received, RecordingServer, Reply, http_server
from libs.testing.message_providers.script import Act, Script, header, silence

PROJECT = "argosy-test"
_EMAIL = f"push@{PROJECT}.iam.gserviceaccount.com"
_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_HOUR = 3600


@dataclass
class FcmServer:
    """Keeps the messages that it accepted; devices that are not in `gone` take them."""

    script: Script
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    gone: set[str] = field(default_factory=set)
    granted: list[str] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    server: RecordingServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url if self.server else ""

    def write_credentials(self, file: Path) -> str:
        """A service account's key file for this server; its path."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": _EMAIL,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }
        file.write_bytes(msgspec.json.encode(account))
        return str(file)

    def expire_tokens(self) -> None:
        """No token granted so far is good any more."""
        self.granted = [f"expired {token}" for token in self.granted]

    def respond(self, received: Received) -> Reply:
        """As Google answers."""
        if received.path == "/token":
            return self._grant(received)
        act = self.script.next_act()
        if act == "silence":
            return silence()
        if isinstance(act, int):
            return _refusal(act, "UNAVAILABLE", "as the script says")
        return self._send(received)

    def _grant(self, received: Received) -> Reply:
        form = dict(parse_qsl(received.body.decode()))
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                self.key.public_key(),
                algorithms=["RS256"],
                audience=f"{self.url}/token",
                issuer=_EMAIL,
                options={"require": ["iss", "scope", "aud", "iat", "exp"]},
            )
        except jwt.PyJWTError:
            claims = {}
        is_right = claims and claims["scope"] == _SCOPE and claims["exp"] - claims["iat"] <= _HOUR
        if not is_right or form.get("grant_type") != _GRANT:
            body = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return Reply(400, msgspec.json.encode(body))
        self.granted.append(f"ya29.{uuid4().hex}")
        token = {"access_token": self.granted[-1], "expires_in": 3599, "token_type": "Bearer"}
        return Reply(200, msgspec.json.encode(token))

    def _send(self, received: Received) -> Reply:
        if header(received, "authorization").removeprefix("Bearer ") not in self.granted:
            text = "Request had invalid authentication credentials."
            return _refusal(401, "UNAUTHENTICATED", text)
        if received.path != f"/v1/projects/{PROJECT}/messages:send":
            return _refusal(404, "NOT_FOUND", "Requested entity was not found.")
        message = msgspec.json.decode(received.body)["message"]
        if not all(isinstance(value, str) for value in message.get("data", {}).values()):
            return _refusal(400, "INVALID_ARGUMENT", "Invalid value at 'message.data'")
        if message["token"] in self.gone:
            text = "Requested entity was not found."
            return _refusal(404, "NOT_FOUND", text, "UNREGISTERED")
        self.accepted.append(message)
        name = f"projects/{PROJECT}/messages/0:{uuid4().int % 10**16}%{uuid4().hex[:16]}"
        return Reply(200, msgspec.json.encode({"name": name}))


def _refusal(code: int, status: str, message: str, error_code: str = "") -> Reply:
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if error_code:
        error["details"] = [{"@type": _ERROR_TYPE, "errorCode": error_code}]
    return Reply(code, msgspec.json.encode({"error": error}))


@contextmanager
def fcm_server(*acts: Act) -> Iterator[FcmServer]:
    """A running API that plays these acts."""
    fake = FcmServer(Script(*acts))
    with http_server(fake.respond) as server:
        fake.server = server
        yield fake
