"""One event for a merchant's endpoint: signed as Standard Webhooks say, through the safe client."""

import msgspec

from libs import clock, ids
from libs.outbound.addresses import BadUrl
from libs.outbound.client import Answer, OutboundClient, OutboundFailed
from libs.webhook_signature import Secret, sign
from services.notifications.commands.webhook_deliveries import Call
from services.notifications.rules.webhooks import Result

_GONE = 410
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_EXCERPT = 1000


def call_endpoint(client: OutboundClient, call: Call) -> Result:
    """One request. Only 2xx is success; redirects are not followed, 410 is the endpoint's end."""
    body = body_of(call)
    newest, *older = (Secret.parse(text) for text in call.secrets)
    signed = sign(newest, ids.to_text("evt", call.event_id), clock.now(), body, *older)
    headers = {"Content-Type": "application/json", "User-Agent": "Argosy-Webhooks/1.0", **signed}
    try:
        answer = client.request("POST", call.url, headers=headers, body=body)
    except BadUrl as fault:
        return Result(delivered=False, detail=f"the URL {fault}")
    except OutboundFailed as fault:
        return Result(delivered=False, detail=str(fault))
    return _read(answer)


def body_of(call: Call) -> bytes:
    """The same bytes for each try."""
    return msgspec.json.encode(
        {
            "type": call.type,
            "timestamp": call.created_at,
            "sequence": call.sequence,
            "ordering_key": call.ordering_key,
            "data": call.data,
        }
    )


def _read(answer: Answer) -> Result:
    status = answer.status
    detail = f"it answered {status}"
    if status in _REDIRECTS:
        detail += ", and redirects are not followed"
    return Result(
        delivered=status in _OK,
        detail=detail,
        status=status,
        response=_printable(answer.body),
        gone=status == _GONE,
    )


def _printable(body: bytes) -> str:
    text = body.decode("utf-8", "replace")[:_EXCERPT]
    return "".join(letter if letter.isprintable() else " " for letter in text)
