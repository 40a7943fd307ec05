"""Between typed payloads and the bytes of a Celery task message (protocol 2, JSON)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from libs import clock
from libs.ids import uuid7
from libs.messaging import topology
from libs.messaging.message import MAX_BYTES, Command, Envelope, Fact, Job, Payload, Reply, SagaKey
from libs.observability import tracing

P = TypeVar("P", bound=Payload)

# The body of a Celery message is [args, kwargs, embed]; ours has one keyword, `message`.
_HEAD, _TAIL = b'[[],{"message":', b"},{}]"


class MessageTooLarge(Exception):
    """A payload must be references, not documents."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be published; `stored` if a row of the outbox waits for its confirm."""

    id: UUID
    type: str
    exchange: str
    routing_key: str
    envelope: bytes
    stored: bool = False

    @property
    def body(self) -> bytes:
        """What Celery calls the body: no arguments, one keyword, nothing embedded."""
        return _HEAD + self.envelope + _TAIL


class _Keywords(msgspec.Struct):
    message: Envelope


_encoder = msgspec.json.Encoder()
_body_decoder = msgspec.json.Decoder(tuple[list[Any], _Keywords, Any])
_envelope_decoder = msgspec.json.Decoder(Envelope)
_payload_decoders: dict[type[Payload], msgspec.json.Decoder[Any]] = {}


def pack(
    payload: Payload,
    *,
    source: str,
    key: SagaKey | None = None,
    saga_type: str | None = None,
    reply_to: str | None = None,
    deadline: datetime | None = None,
    traceparent: str | None = None,
) -> Outgoing:
    """An envelope around the payload, addressed by its kind and wire name."""
    envelope = Envelope(
        id=uuid7(),
        type=payload.wire_name,
        source=source,
        time=clock.now(),
        data=msgspec.Raw(_encoder.encode(payload)),
        traceparent=traceparent or tracing.traceparent(),
        key=key,
        saga_type=saga_type,
        reply_to=None if isinstance(payload, Reply) else reply_to,
        deadline=deadline,
    )
    exchange, routing_key = _address(payload, reply_to)
    data = _encoder.encode(envelope)
    if len(data) > MAX_BYTES:
        raise MessageTooLarge(f"{payload.wire_name} has {len(data)} bytes, {MAX_BYTES} are allowed")
    return Outgoing(envelope.id, payload.wire_name, exchange, routing_key, data)


def reply_to(envelope: Envelope, reply: Reply, *, source: str) -> Outgoing:
    """An answer to a saga's command that is not stored: it can be worked out again."""
    return pack(
        reply,
        source=source,
        key=envelope.key,
        saga_type=envelope.saga_type,
        reply_to=envelope.reply_to,
        traceparent=envelope.traceparent,
    )


def repack(text: str | bytes, routing_key: str) -> Outgoing:
    """A stored envelope, to be published again just as it was."""
    data = text.encode() if isinstance(text, str) else text
    envelope = _envelope_decoder.decode(data)
    # Only facts are addressed by their own name; queues are named otherwise.
    exchange = topology.FACTS if routing_key == envelope.type else topology.DIRECT
    return Outgoing(envelope.id, envelope.type, exchange, routing_key, data)


def unpack(body: bytes | memoryview | str) -> Envelope:
    """The envelope in a message body; a msgspec.MsgspecError or ValueError if there is none."""
    if len(body) > MAX_BYTES + len(_HEAD) + len(_TAIL):
        raise ValueError(f"{len(body)} bytes are more than a message may have")
    return _body_decoder.decode(body)[1].message


def read(envelope: Envelope, kind: type[P]) -> P:
    """The typed payload; unknown fields pass, missing or wrong ones are a ValidationError."""
    decoder = _payload_decoders.get(kind)
    if decoder is None:
        decoder = _payload_decoders[kind] = msgspec.json.Decoder(kind)
    return decoder.decode(envelope.data)  # type: ignore[no-any-return]  # one decoder per kind


def _address(payload: Payload, reply_to: str | None) -> tuple[str, str]:
    match payload:
        case Reply():
            return topology.DIRECT, reply_to or ""
        case Command():
            return topology.DIRECT, topology.commands(payload.service())
        case Job():
            return topology.DIRECT, topology.jobs(payload.service())
        case Fact():
            return topology.FACTS, payload.wire_name
        case _:
            raise TypeError(f"{type(payload).__name__} is neither command, fact, job nor reply")
