"""The adapter of the payment simulator: Stripe-like intents over REST."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import urllib3

from libs.webhook_signature import BadSignature, Secret, verify
from services.payments.providers.port import BadWebhook
from services.payments.rules import (
    Evidence,
    Instruction,
    Kind,
    Outcome,
    ProviderFailed,
    Refusal,
)
from services.payments.settings import PaymentsSettings

_OK, _NOT_FOUND, _CONFLICT, _UNPROCESSABLE = 200, 404, 409, 422
_OUTCOMES: dict[str, Outcome] = {
    "intent.requires_action": "requires_action",
    "intent.authorized": "authorized",
    "intent.declined": "declined",
    "intent.captured": "captured",
    "intent.voided": "voided",
    "intent.refunded": "refunded",
}


_Text = Annotated[str, msgspec.Meta(max_length=255, pattern=r"\A[^\x00]*\Z")]
_LongText = Annotated[str, msgspec.Meta(max_length=2000, pattern=r"\A[^\x00]*\Z")]
_Amount = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Intent(msgspec.Struct, frozen=True):
    id: _Text
    status: _Text
    reference: _Text
    currency: _Text
    action_url: _LongText | None = None
    decline_code: _Text | None = None


class _Event(msgspec.Struct, frozen=True):
    id: _Text
    type: _Text
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    key: _Text
    amount: _Amount
    intent: _Intent


class _Problem(msgspec.Struct, frozen=True):
    code: str = "unknown"
    intent: _Intent | None = None


_event = msgspec.json.Decoder(_Event)
_problem = msgspec.json.Decoder(_Problem)


class Simulator:
    """One pool of connections, shared by all threads of the process."""

    name = "simulator"

    def __init__(self, settings: PaymentsSettings) -> None:
        self._url = settings.simulator_url.rstrip("/")
        self._secrets = [Secret.parse(text) for text in settings.simulator_webhook_secrets]
        self._http = urllib3.PoolManager(
            maxsize=settings.pool_size,
            block=False,
            timeout=urllib3.Timeout(connect=settings.connect_seconds, read=settings.read_seconds),
            retries=False,
        )

    def compose(
        self, kind: Kind, *, order_id: UUID, amount: int, currency: str, token: str = ""
    ) -> str:
        body: dict[str, Any]
        match kind:
            case "authorize":
                body = {"reference": str(order_id), "amount": amount, "currency": currency}
                body["token"] = token
            case "void":
                body = {}
            case _:
                body = {"amount": amount}
        return msgspec.json.encode(body).decode()

    def perform(self, instruction: Instruction) -> Evidence | Refusal:
        path = "/intents"
        if instruction.kind != "authorize":
            path = f"/intents/{instruction.intent_ref}/{instruction.kind}"
        status, body = self._call("POST", path, instruction.key, instruction.request.encode())
        if status == _OK:
            return _evidence(body)
        problem = _decoded(_problem, body)
        # A reused key would be our own fault, and says nothing about the money.
        if status in (_CONFLICT, _UNPROCESSABLE) and problem.code != "key_reused":
            return Refusal(problem.code, problem.intent.status if problem.intent else "")
        raise ProviderFailed(f"the provider answered {status} {problem.code}")

    def find(self, key: str) -> Evidence | None:
        status, body = self._call("GET", f"/operations/{key}", key, b"")
        if status == _OK:
            return _evidence(body)
        if status == _NOT_FOUND and _decoded(_problem, body).code == "unknown_key":
            return None
        raise ProviderFailed(f"the provider answered a query with {status}")

    def read_webhook(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Evidence:
        try:
            event_id = verify(self._secrets, headers, body, at)
            evidence = _evidence(body)
        except (BadSignature, ProviderFailed) as fault:
            raise BadWebhook(str(fault)) from fault
        if evidence.event_id != event_id:
            raise BadWebhook("the signed id is not the event's")
        return evidence

    def _call(self, method: str, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        headers = {"idempotency-key": key, "content-type": "application/json"}
        url = f"{self._url}{path}"
        try:
            answer = self._http.request(method, url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as fault:
            # The sentence of urllib3 may quote the request, so only its kind is told.
            raise ProviderFailed(f"no answer: {type(fault).__name__}") from fault
        return answer.status, answer.data


def _evidence(body: bytes) -> Evidence:
    event = _decoded(_event, body)
    outcome = _OUTCOMES.get(event.type)
    if outcome is None:
        raise ProviderFailed("the provider speaks of something unknown")
    intent = event.intent
    return Evidence(
        event_id=event.id,
        key=event.key,
        outcome=outcome,
        intent_ref=intent.id,
        reference=intent.reference,
        amount=event.amount,
        currency=intent.currency,
        occurred_at=event.created_at.astimezone(UTC),
        raw=body.decode(),
        action_url=intent.action_url,
        decline_code=intent.decline_code,
    )


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as fault:
        raise ProviderFailed("the provider's words cannot be read") from fault
