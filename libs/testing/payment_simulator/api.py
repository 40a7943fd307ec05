"""The simulator's REST: which request does what to the book, and which faults befall it."""

import dataclasses
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from libs.testing.payment_simulator import page
from libs.testing.payment_simulator.book import Book, Refused, fingerprint
from libs.testing.payment_simulator.events import CreateIntent, Event, MoveMoney, Void
from libs.testing.payment_simulator.faults import HEADER, Fault, Faults, Operation, Order
from libs.testing.payment_simulator.server import Answer, Request

_INTENT = re.compile(r"/intents/(?P<id>int_\w+)(?:/(?P<action>\w+))?")
_OPERATION = re.compile(r"/operations/(?P<key>[!-~]+)")
_MAX_KEY = 255
_HTML = "text/html; charset=utf-8"
_encoder = msgspec.json.Encoder()
_create = msgspec.json.Decoder(CreateIntent)
_move = msgspec.json.Decoder(MoveMoney)
_void = msgspec.json.Decoder(Void)
_order = msgspec.json.Decoder(Order)


@dataclass(frozen=True)
class Delays:
    """How long the faults last, in seconds."""

    slow: float = 3.0
    hang: float = 30.0
    unseen: float = 20.0


Announce = Callable[[Event], None]


@dataclass(frozen=True)
class Announcers:
    """Who hears of the events that the shop asked for, and of those that a buyer caused."""

    by_request: Announce
    by_buyer: Announce


@dataclass
class Api:
    """Answers requests."""

    book: Book
    export: Callable[[], bytes]
    announce: Announcers
    delays: Delays = field(default_factory=Delays)
    faults: Faults = field(default_factory=Faults)
    _unseen_until: dict[str, float] = field(default_factory=dict)

    def respond(self, request: Request) -> Answer:
        """Never raises: a refusal is an answer, and a malformed request too."""
        try:
            return self._route(request)
        except Refused as refusal:
            body = {"code": refusal.code, "intent": refusal.intent}
            return Answer(refusal.status, _encoder.encode(body))
        except msgspec.MsgspecError as fault:
            return Answer(422, _encoder.encode({"code": "invalid", "detail": str(fault)}))

    def _route(self, request: Request) -> Answer:
        if request.path == "/intents" and request.method == "POST":
            return self._operate("create", "", request)
        if match := _INTENT.fullmatch(request.path):
            return self._intent(request, match["id"], match["action"])
        if match := _OPERATION.fullmatch(request.path):
            return self._find(request, match["key"])
        return self._control(request)

    def _control(self, request: Request) -> Answer:
        match request.method, request.path:
            case "GET", "/journal":
                return Answer(200, self.export(), content_type="application/x-ndjson")
            case "GET", "/livez":
                return Answer(200, b'{"status":"ok"}')
            case "POST", "/faults":
                self.faults.order(_order.decode(request.body))
                return Answer(204)
            case "DELETE", "/faults":
                self.faults.clear()
                return Answer(204)
        raise Refused(404, "unknown_path")

    def _intent(self, request: Request, intent_id: str, action: str | None) -> Answer:
        match request.method, action:
            case "GET", None:
                return _json(self.book.by_id(intent_id))
            case "GET", "action":
                intent = self.book.by_id(intent_id)
                waits = intent.status == "requires_action"
                return Answer(200, (page.ask if waits else page.tell)(intent), _HTML)
            case "POST", "complete" | "refuse":
                return self._decide(request, intent_id, accepted=action == "complete")
            case "POST", "capture" | "void" | "refund":
                return self._operate(action, intent_id, request)
        raise Refused(404, "unknown_path")

    def _decide(self, request: Request, intent_id: str, *, accepted: bool) -> Answer:
        before = self.book.by_id(intent_id)
        event = self.book.decide(intent_id, accepted=accepted)
        if event.intent.status != before.status:
            self.announce.by_buyer(event)
        if "text/html" in request.headers.get("accept", ""):
            return Answer(200, page.tell(event.intent), _HTML)
        return _json(event)

    def _find(self, request: Request, key: str) -> Answer:
        if request.method != "GET":
            raise Refused(404, "unknown_path")
        fault = self.faults.of_request("find", request.headers.get(HEADER, ""))
        if fault in ("error_before", "reset_before"):
            return _failed(fault)
        if fault == "unseen" or time.monotonic() < self._unseen_until.get(key, 0.0):
            raise Refused(404, "unknown_key")
        return self._spoiled(fault, key, _json(self.book.by_key(key)))

    def _operate(self, operation: Operation, intent_id: str, request: Request) -> Answer:
        key = request.headers.get("idempotency-key", "")
        if not key or len(key) > _MAX_KEY:
            raise Refused(400, "idempotency_key_missing")
        digest = fingerprint(operation, intent_id, request.body)
        earlier = self.book.repeated(key, digest)
        fault = self.faults.of_request(operation, request.headers.get(HEADER, ""))
        if operation == "create":
            token = _create.decode(request.body).token
            fault = fault or self.faults.of_token(token, key, first=earlier is None)
        if fault in ("error_before", "reset_before"):
            return _failed(fault)
        event = earlier or self._perform(operation, intent_id, key, digest, request.body)
        return self._spoiled(fault, key, _json(event))

    def _perform(
        self, operation: Operation, intent_id: str, key: str, digest: str, body: bytes
    ) -> Event:
        match operation:
            case "create":
                event = self.book.create(key, digest, _create.decode(body))
            case "capture":
                event = self.book.capture(intent_id, key, digest, _move.decode(body).amount)
            case "refund":
                event = self.book.refund(intent_id, key, digest, _move.decode(body).amount)
            case _:
                _void.decode(body)
                event = self.book.void(intent_id, key, digest)
        self.announce.by_request(event)
        return event

    def _spoiled(self, fault: Fault | None, key: str, answer: Answer) -> Answer:
        match fault:
            case "slow":
                return dataclasses.replace(answer, delay=self.delays.slow)
            case "hang_after":
                return Answer(None, delay=self.delays.hang)
            case "error_after" | "reset_after":
                return _failed(fault)
            case "unseen":
                self._unseen_until[key] = time.monotonic() + self.delays.unseen
        return answer


def _failed(fault: str) -> Answer:
    if fault.startswith("reset"):
        return Answer(None)
    return Answer(500, b'{"code":"internal_error"}')


def _json(value: Any) -> Answer:
    return Answer(200, _encoder.encode(value))
