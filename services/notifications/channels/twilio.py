"""Text messages through Twilio: its Messages API, and its signed status callbacks."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from libs import ids
from services.notifications.channels.feedback import BadFeedback, Report
from services.notifications.channels.http import Http, NoAnswer, basic, detail
from services.notifications.rules.messages import Dispatch, Outcome, Verdict

PROVIDER = "twilio"
SIGNATURE = "x-twilio-signature"
STATUS_PATH = "/api/v1/notifications/feedback/twilio"
# The API's own limit for the body.
MAX_CHARACTERS = 1600
_CREATED, _BAD_REQUEST = 201, 400
_SERVICE_PREFIX = "MG"
_KINDS = {"delivered": "delivered", "undelivered": "bounced", "failed": "bounced"}


class Account(NamedTuple):
    """Who sends, with what, from which number or messaging service."""

    sid: str
    token: str
    sender: str


class _Message(msgspec.Struct):
    sid: str = ""


class _Fault(msgspec.Struct):
    code: int = 0
    message: str = ""


_message = msgspec.json.Decoder(_Message)
_fault = msgspec.json.Decoder(_Fault)


class Twilio:
    """Each message is created once per try; the API knows no idempotency key."""

    def __init__(self, http: Http, account: Account, *, url: str, public_url: str) -> None:
        self._http = http
        self._account = account
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account.sid}/Messages.json"
        self._public_url = public_url

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One try. 400 is about this message and final; all else is tried again."""
        if len(dispatch.body) > MAX_CHARACTERS:
            return Outcome("refused", f"longer than {MAX_CHARACTERS} characters", PROVIDER)
        headers = {
            "Authorization": basic(self._account.sid, self._account.token),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            answer = self._http.post(self._url, urlencode(self._form(dispatch)).encode(), headers)
        except NoAnswer as fault:
            return Outcome("retry", str(fault), PROVIDER)
        if answer.status == _CREATED:
            return Outcome("delivered", "accepted", PROVIDER, _sid(answer.body))
        verdict: Verdict = "refused" if answer.status == _BAD_REQUEST else "retry"
        return Outcome(verdict, detail(answer.status, _words(answer.body)), PROVIDER)

    def _form(self, dispatch: Dispatch) -> dict[str, str]:
        sender = self._account.sender
        kind = "MessagingServiceSid" if sender.startswith(_SERVICE_PREFIX) else "From"
        form = {"To": dispatch.address, kind: sender, "Body": dispatch.body}
        if self._public_url:
            form["StatusCallback"] = status_url(self._public_url, dispatch.message_id)
        return form


def status_url(public_url: str, message_id: UUID) -> str:
    """Where Twilio tells what becomes of the message."""
    return f"{public_url.rstrip('/')}{STATUS_PATH}/{ids.to_text('msg', message_id)}"


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """Twilio's signature: HMAC-SHA1 over the URL and the sorted fields of the form."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def read_status(
    token: str, url: str, signature: str, form: Mapping[str, str], about: tuple[UUID, datetime]
) -> Report | None:
    """What a callback tells of the message that its URL names, or BadFeedback; None if nothing.

    `about` is that message and the moment the callback came in, for it names none.
    """
    if not hmac.compare_digest(sign(token, url, form).encode(), signature.encode()):
        raise BadFeedback("its signature does not fit")
    status, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")
    kind = _KINDS.get(status)
    if kind is None or not sid:
        return None
    message_id, at = about
    return Report(
        provider=PROVIDER,
        event_id=f"{sid}/{status}",
        message_id=message_id,
        kind=kind,
        detail=f"{status} {form.get('ErrorCode', '')}".strip(),
        occurred_at=at,
    )


def _sid(body: bytes) -> str | None:
    try:
        return _message.decode(body).sid or None
    except msgspec.MsgspecError:
        return None


def _words(body: bytes) -> str:
    try:
        fault = _fault.decode(body)
    except msgspec.MsgspecError:
        return ""
    return f"{fault.code} {fault.message}"
