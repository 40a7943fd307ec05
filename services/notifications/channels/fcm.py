"""Push messages through Firebase Cloud Messaging: its HTTP v1 API, with tokens of OAuth 2.0."""

import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import msgspec

from libs import clock, ids
from services.notifications.channels.http import Answer, Http, NoAnswer, detail
from services.notifications.rules.messages import Dispatch, Outcome

PROVIDER = "fcm"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MAX_CHARACTERS = 1000
_OK, _UNAUTHORIZED = 200, 401
_ASSERTION_SECONDS = 3600
# A token is renewed before its end, so that none ends on the way.
_MARGIN_SECONDS = 60.0
_GONE = frozenset({"UNREGISTERED", "SENDER_ID_MISMATCH"})
_FINAL = _GONE | {"INVALID_ARGUMENT"}


class Account(msgspec.Struct):
    """A service account's key file, as Google writes it."""

    project_id: str
    client_email: str
    private_key: str
    private_key_id: str
    token_uri: str


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int


class _Sent(msgspec.Struct):
    name: str = ""


class _Detail(msgspec.Struct):
    errorCode: str = ""  # noqa: N815 - Google's name


class _Error(msgspec.Struct):
    message: str = ""
    status: str = ""
    details: list[_Detail] = []


class _Refusal(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


_account = msgspec.json.Decoder(Account)
_token = msgspec.json.Decoder(_Token)
_sent = msgspec.json.Decoder(_Sent)
_refusal = msgspec.json.Decoder(_Refusal)


class _NoToken(Exception):
    """No access token can be had now; the text says why."""


class Fcm:
    """One message per device. The access token is kept until shortly before its end."""

    def __init__(self, http: Http, *, url: str, credentials: Path) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._lock = threading.Lock()
        self._token = ""
        self._project = ""
        self._renew_at = 0.0

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One try. A device that is gone is final, and so is a message that is malformed."""
        try:
            token, project = self._access()
            body = msgspec.json.encode(_body(dispatch))
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            url = f"{self._url}/v1/projects/{project}/messages:send"
            answer = self._http.post(url, body, headers)
        except (NoAnswer, _NoToken) as fault:
            return Outcome("retry", str(fault), PROVIDER)
        if answer.status == _OK:
            return Outcome("delivered", "accepted", PROVIDER, _name(answer.body))
        if answer.status == _UNAUTHORIZED:
            self._forget(token)
        return _refused(answer)

    def _access(self) -> tuple[str, str]:
        """A live token and the project that it is for; the key file is read for each new one."""
        with self._lock:
            if time.monotonic() >= self._renew_at:
                account = _read(self._credentials)
                answer = self._http.post(
                    account.token_uri,
                    urlencode({"grant_type": GRANT, "assertion": _assertion(account)}).encode(),
                    {"Content-Type": "application/x-www-form-urlencoded"},
                )
                token = _granted(answer)
                self._token, self._project = token.access_token, account.project_id
                self._renew_at = time.monotonic() + token.expires_in - _MARGIN_SECONDS
            return self._token, self._project

    def _forget(self, token: str) -> None:
        with self._lock:
            if token == self._token:
                self._renew_at = 0.0


def _read(file: Path) -> Account:
    try:
        return _account.decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError) as fault:
        raise _NoToken("the key file of the service account cannot be read") from fault


def _assertion(account: Account) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": account.client_email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + _ASSERTION_SECONDS,
    }
    headers = {"kid": account.private_key_id}
    try:
        return jwt.encode(claims, account.private_key, algorithm="RS256", headers=headers)
    except (ValueError, TypeError, jwt.PyJWTError) as fault:
        raise _NoToken("the key of the service account cannot be used") from fault


def _granted(answer: Answer) -> _Token:
    try:
        if answer.status == _OK:
            return _token.decode(answer.body)
    except msgspec.MsgspecError:
        pass
    raise _NoToken(f"no access token was granted: {answer.status}")


def _body(dispatch: Dispatch) -> dict[str, Any]:
    return {
        "message": {
            "token": dispatch.address,
            "notification": {
                "title": dispatch.subject,
                "body": dispatch.body[:MAX_CHARACTERS],
            },
            "data": {
                "message_id": ids.to_text("msg", dispatch.message_id),
                "kind": dispatch.template,
            },
        }
    }


def _name(body: bytes) -> str | None:
    try:
        return _sent.decode(body).name or None
    except msgspec.MsgspecError:
        return None


def _refused(answer: Answer) -> Outcome:
    try:
        error = _refusal.decode(answer.body).error
    except msgspec.MsgspecError:
        error = _Error()
    code = next((one.errorCode for one in error.details if one.errorCode), error.status)
    return Outcome(
        "refused" if code in _FINAL else "retry",
        detail(answer.status, f"{code} {error.message}"),
        PROVIDER,
        address_gone=code in _GONE,
    )
