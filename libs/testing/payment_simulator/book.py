"""The simulator's money: pure rules that turn a request into an event, and the state they keep."""

import hashlib
from collections.abc import Callable
from itertools import count

import msgspec

from libs import clock, ids
from libs.testing.payment_simulator.events import CreateIntent, Event, EventType, Intent, Line

_FIRST_STATUS: dict[str, EventType] = {
    "tok_ok": "intent.authorized",
    "tok_slow": "intent.authorized",
    "tok_timeout_after_charge": "intent.authorized",
    "tok_error_500": "intent.authorized",
    "tok_declined": "intent.declined",
    "tok_requires_action": "intent.requires_action",
}


class Refused(Exception):
    """The provider does not do that; `code` says why, `intent` how things stand."""

    def __init__(self, status: int, code: str, intent: Intent | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.intent = intent


class Book:
    """Every intent, and the latest event of every key; changed by `record` alone."""

    def __init__(self, public_url: str, write: Callable[[Line], None]) -> None:
        self._public_url = public_url
        self._write = write
        self._intents: dict[str, Intent] = {}
        self._lines: dict[str, Line] = {}
        self._keys_of_intents: dict[str, str] = {}
        self._sequence = count(1)

    def restore(self, lines: list[Line]) -> None:
        """Stand where an earlier process stood after these lines."""
        for line in lines:
            self._remember(line)
        self._sequence = count(len(lines) + 1)

    def by_key(self, key: str) -> Event:
        """What became of the request with that key, up to now."""
        if line := self._lines.get(key):
            return line.event
        raise Refused(404, "unknown_key")

    def by_id(self, intent_id: str) -> Intent:
        """The intent as it stands."""
        if intent := self._intents.get(intent_id):
            return intent
        raise Refused(404, "unknown_intent")

    def repeated(self, key: str, fingerprint: str) -> Event | None:
        """The event of an equal earlier request; another request under the key is refused."""
        line = self._lines.get(key)
        if line is None:
            return None
        if line.fingerprint != fingerprint:
            raise Refused(409, "key_reused")
        return line.event

    def create(self, key: str, fingerprint: str, request: CreateIntent) -> Event:
        """Authorise, decline, or ask for the buyer."""
        kind = _FIRST_STATUS.get(request.token)
        if kind is None:
            raise Refused(422, "unknown_token")
        if request.amount <= 0 or len(request.currency) != len("EUR"):
            raise Refused(422, "bad_amount")
        intent_id = ids.to_text("int", ids.uuid7())
        intent = Intent(
            id=intent_id,
            status="requires_action",
            reference=request.reference,
            amount=request.amount,
            currency=request.currency,
        )
        if kind == "intent.requires_action":
            url = f"{self._public_url}/intents/{intent_id}/action"
            intent = msgspec.structs.replace(intent, action_url=url)
        else:
            intent = _decided(intent, accepted=kind == "intent.authorized")
        return self._record(kind, key, fingerprint, intent, request.amount)

    def decide(self, intent_id: str, *, accepted: bool) -> Event:
        """The buyer completes or refuses the action; the same answer again changes nothing."""
        intent = self.by_id(intent_id)
        line = self._lines[self._keys_of_intents[intent_id]]
        kind: EventType = "intent.authorized" if accepted else "intent.declined"
        if line.event.type == kind:
            return line.event
        if intent.status != "requires_action":
            raise Refused(409, intent.status, intent)
        decided = _decided(intent, accepted=accepted)
        return self._record(kind, line.event.key, line.fingerprint, decided, intent.amount)

    def capture(self, intent_id: str, key: str, fingerprint: str, amount: int) -> Event:
        """Take money of what is authorised."""
        intent = self.by_id(intent_id)
        if intent.status not in ("authorized", "captured"):
            raise Refused(409, intent.status, intent)
        if not 0 < amount <= intent.authorized - intent.captured:
            raise Refused(409, "above_authorized", intent)
        captured = msgspec.structs.replace(
            intent, status="captured", captured=intent.captured + amount
        )
        return self._record("intent.captured", key, fingerprint, captured, amount)

    def void(self, intent_id: str, key: str, fingerprint: str) -> Event:
        """Let go of an authorisation of which nothing was taken."""
        intent = self.by_id(intent_id)
        if intent.status not in ("authorized", "requires_action"):
            raise Refused(409, intent.status, intent)
        voided = msgspec.structs.replace(intent, status="voided", action_url=None)
        return self._record("intent.voided", key, fingerprint, voided, intent.authorized)

    def refund(self, intent_id: str, key: str, fingerprint: str, amount: int) -> Event:
        """Give money back of what was taken."""
        intent = self.by_id(intent_id)
        if not 0 < amount <= intent.captured - intent.refunded:
            raise Refused(409, "above_captured", intent)
        refunded = msgspec.structs.replace(intent, refunded=intent.refunded + amount)
        return self._record("intent.refunded", key, fingerprint, refunded, amount)

    def _record(
        self, kind: EventType, key: str, fingerprint: str, intent: Intent, amount: int
    ) -> Event:
        event = Event(
            id=ids.to_text("evt", ids.uuid7()),
            type=kind,
            created_at=clock.now().isoformat(timespec="milliseconds"),
            key=key,
            amount=amount,
            intent=intent,
        )
        line = Line(sequence=next(self._sequence), fingerprint=fingerprint, event=event)
        self._write(line)
        self._remember(line)
        return event

    def _remember(self, line: Line) -> None:
        event = line.event
        self._intents[event.intent.id] = event.intent
        self._keys_of_intents.setdefault(event.intent.id, event.key)
        self._lines[event.key] = line


def fingerprint(operation: str, intent_id: str, body: bytes) -> str:
    """What a repeated key must agree on."""
    return hashlib.sha256(f"{operation} {intent_id} ".encode() + body).hexdigest()[:32]


def _decided(intent: Intent, *, accepted: bool) -> Intent:
    if accepted:
        return msgspec.structs.replace(
            intent, status="authorized", authorized=intent.amount, action_url=None
        )
    return msgspec.structs.replace(
        intent, status="declined", decline_code="card_declined", action_url=None
    )
