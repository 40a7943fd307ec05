"""Mail through SendGrid: its Web API v3, and its signed Event Webhook."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from libs import ids
from services.notifications.channels.feedback import BadFeedback, Report
from services.notifications.channels.http import Http, NoAnswer, detail
from services.notifications.rules.messages import Dispatch, Outcome, Verdict

PROVIDER = "sendgrid"
SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_ACCEPTED = 202
# What is wrong with the mail itself; all else may be repaired, or passes.
_FINAL = frozenset({400, 413})
_BLOCKED = "blocked"

_Text = Annotated[str, msgspec.Meta(max_length=2000)]


class _Fault(msgspec.Struct):
    message: str = ""


class _Faults(msgspec.Struct):
    errors: list[_Fault] = []


class _Event(msgspec.Struct):
    """One entry of the Event Webhook; `message_id` is the custom argument that was sent along."""

    event: _Text
    sg_event_id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=2**33)]
    message_id: _Text = ""
    type: _Text = ""
    reason: _Text = ""
    status: _Text = ""


_events = msgspec.json.Decoder(list[_Event])
_faults = msgspec.json.Decoder(_Faults)


class SendGrid:
    """Mail is handed to the API, which tries the recipient's server itself."""

    def __init__(self, http: Http, *, url: str, key: str, sender: str) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/v3/mail/send"
        self._key = key
        self._sender = parseaddr(sender)

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One try: 202 is accepted, 400 and 413 are final, anything else is tried again."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            answer = self._http.post(self._url, msgspec.json.encode(self._body(dispatch)), headers)
        except NoAnswer as fault:
            return Outcome("retry", str(fault), PROVIDER)
        if answer.status == _ACCEPTED:
            return Outcome("delivered", "accepted", PROVIDER, answer.headers.get("X-Message-Id"))
        verdict: Verdict = "refused" if answer.status in _FINAL else "retry"
        return Outcome(verdict, detail(answer.status, _words(answer.body)), PROVIDER)

    def _body(self, dispatch: Dispatch) -> dict[str, Any]:
        name, address = self._sender
        content = [{"type": "text/plain", "value": dispatch.body}]
        if dispatch.html:
            content.append({"type": "text/html", "value": dispatch.html})
        message_id = ids.to_text("msg", dispatch.message_id)
        return {
            "personalizations": [
                {"to": [{"email": dispatch.address}], "custom_args": {"message_id": message_id}}
            ],
            "from": {"email": address, **({"name": name} if name else {})},
            "subject": dispatch.subject or dispatch.template,
            "content": content,
            "headers": {"Auto-Submitted": "auto-generated"},
        }


def read_events(public_key: str, headers: Mapping[str, str], body: bytes) -> list[Report]:
    """What the webhook tells of our messages, or BadFeedback. Names of headers in lower case.

    A message that is sent again is the same event, which counts once.
    """
    try:
        signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
        signed = headers.get(TIMESTAMP, "").encode() + body
        verifying_key(public_key).verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        raise BadFeedback("its signature does not fit") from None
    try:
        events = _events.decode(body)
    except msgspec.MsgspecError:
        raise BadFeedback("it cannot be read") from None
    return [report for event in events if (report := _report(event))]


def verifying_key(text: str) -> ec.EllipticCurvePublicKey:
    """The key as SendGrid shows it, base64 of DER; a ValueError for anything else."""
    key = serialization.load_der_public_key(base64.b64decode(text, validate=True))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("not a key of an elliptic curve")  # noqa: TRY004 - the text is wrong
    return key


def _report(event: _Event) -> Report | None:
    kinds = {
        "delivered": "delivered",
        "deferred": "deferred",
        "bounce": "bounced",
        "dropped": "bounced",
        "spamreport": "complained",
    }
    kind = kinds.get(event.event)
    try:
        message_id = ids.from_text("msg", event.message_id)
    except ValueError:
        return None
    if kind is None:
        return None
    return Report(
        provider=PROVIDER,
        event_id=event.sg_event_id,
        message_id=message_id,
        kind=kind,
        detail=f"{event.status} {event.reason}".strip(),
        occurred_at=datetime.fromtimestamp(event.timestamp, UTC),
        # A server that blocks today may take mail tomorrow; the address itself is good.
        suppresses=event.event == "spamreport"
        or (event.event == "bounce" and event.type != _BLOCKED),
    )


def _words(body: bytes) -> str:
    try:
        return "; ".join(fault.message for fault in _faults.decode(body).errors)
    except msgspec.MsgspecError:
        return ""
