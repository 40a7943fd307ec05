"""Twilio's Messages API, with the numbers that its test credentials reserve.

Shapes: the reference of `POST /2010-04-01/Accounts/{Sid}/Messages.json` and of its errors.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

from libs.testing.http_server import Received, RecordingServer, Reply, http_server
from libs.testing.message_providers.script import Act, Script, header, silence

INVALID, UNSUBSCRIBED = "+15005550001", "+15005550004"
_FAULTS = {
    INVALID: (21211, "The 'To' number +15005550001 is not a valid phone number."),
    UNSUBSCRIBED: (21610, "Attempt to send to unsubscribed recipient"),
}


@dataclass
class TwilioServer:
    """Keeps the texts that it accepted."""

    script: Script
    account: str = "AC00000000000000000000000000000001"
    token: str = "test-token"  # noqa: S105 - of this server alone
    accepted: list[Mapping[str, str]] = field(default_factory=list)
    server: RecordingServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url if self.server else ""

    def respond(self, received: Received) -> Reply:
        """As the API answers."""
        act = self.script.next_act()
        if act == "silence":
            return silence()
        if isinstance(act, int):
            return _refusal(act, 20_000 + act % 1000, "as the script says")
        if received.path != f"/2010-04-01/Accounts/{self.account}/Messages.json":
            return _refusal(404, 20404, "The requested resource was not found")
        login = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if header(received, "authorization") != f"Basic {login}":
            return _refusal(401, 20003, "Authenticate")
        return self._create(dict(parse_qsl(received.body.decode(), strict_parsing=True)))

    def _create(self, form: Mapping[str, str]) -> Reply:
        if form.get("To", "") in _FAULTS:
            return _refusal(400, *_FAULTS[form["To"]])
        if not form.get("Body"):
            return _refusal(400, 21602, "Message body is required.")
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return _refusal(400, 21603, "A 'From' phone number is required.")
        self.accepted.append(form)
        return Reply(201, msgspec.json.encode(self._message(form)))

    def _message(self, form: Mapping[str, str]) -> dict[str, Any]:
        sid = f"SM{uuid4().hex}"
        place = f"/2010-04-01/Accounts/{self.account}/Messages/{sid}"
        return {
            "sid": sid,
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
            "date_sent": None,
            "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "status": "queued",
            "subresource_uris": {"media": f"{place}/Media.json"},
            "to": form["To"],
            "uri": f"{place}.json",
        }


def _refusal(status: int, code: int, message: str) -> Reply:
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Reply(status, msgspec.json.encode(body))


@contextmanager
def twilio_server(*acts: Act) -> Iterator[TwilioServer]:
    """A running API that plays these acts."""
    fake = TwilioServer(Script(*acts))
    with http_server(fake.respond) as server:
        fake.server = server
        yield fake
