"""What a provider says: believed if it fits the request, and then applied exactly once."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.tasks import Answer, Done, InDoubt, Rejected, Waiting
from services.payments import metrics
from services.payments.commands import outcomes
from services.payments.commands.foreign_refunds import apply_held
from services.payments.errors import CaptureRefused, Declined, RefundRefused
from services.payments.rules import Evidence, Instruction, Kind, mismatch, next_look

_REFUSALS: dict[str, tuple[str, str]] = {
    "authorize": (Declined.code, "the means of payment was declined"),
    "capture": (CaptureRefused.code, "the provider did not pay out what it had authorised"),
    "refund": (RefundRefused.code, "the provider did not take the refund"),
}

_quarantine = Statement(
    """
    INSERT INTO payment_event (id, provider, event_id, payment_id, outcome, amount, currency,
        source, occurred_at, raw, verdict, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'quarantined', $11)
    ON CONFLICT (provider, event_id) DO NOTHING
    """
)
_void_again = Statement(
    """
    UPDATE operation SET state = 'sent', due_at = now(), missing_since = NULL
    WHERE payment_id = $1 AND kind = 'void'
    """
)
_standing = Statement(
    """
    SELECT operation.state, action_url, decline_code
    FROM operation JOIN payment ON payment.id = payment_id WHERE operation.id = $1
    """
)


def believe(session: Session, instruction: Instruction, evidence: Evidence, source: str) -> Answer:
    """Apply what the provider says, or quarantine what does not fit the request."""
    if reason := mismatch(instruction, evidence):
        quarantine(session, evidence, instruction.provider, source, reason, instruction.payment_id)
        return InDoubt("the provider speaks of other money than was asked for")
    event = event_columns(evidence, instruction.provider, source, instruction.payment_id)
    counted = _apply(session, instruction, evidence, (instruction.id, *event))
    return _done(instruction) if counted else standing(session, instruction)


def quarantine(
    session: Session,
    evidence: Evidence,
    provider: str,
    source: str,
    reason: str,
    payment_id: UUID | None,
) -> None:
    """Keep genuine words that are not believed, for a person to look at."""
    event = event_columns(evidence, provider, source, payment_id)
    if _quarantine.run(session, *event, reason):
        metrics.count_quarantined(provider)


def standing(session: Session, instruction: Instruction) -> Answer:
    """The answer that the request's row stands for."""
    row = _standing.first(session, instruction.id)
    state, action_url, decline_code = row or ("sent", None, None)
    if state == "done":
        return _done(instruction)
    if state == "waiting":
        return Waiting({"payment_id": instruction.payment_id, "action_url": action_url})
    if state == "refused" and instruction.kind in _REFUSALS:
        return refused(instruction.kind, decline_code)
    return InDoubt("the payment is being verified")


def refused(kind: Kind, code: str | None) -> Rejected:
    """A definite no of the provider."""
    name, detail = _REFUSALS[kind]
    return Rejected(name, f"{detail} ({code})" if code else detail)


def event_columns(
    evidence: Evidence, provider: str, source: str, payment_id: UUID | None
) -> tuple[Any, ...]:
    """A new row of the event log."""
    return (
        *(uuid7(), provider, evidence.event_id, payment_id, evidence.outcome, evidence.amount),
        *(evidence.currency, source, evidence.occurred_at, evidence.raw),
    )


def _apply(
    session: Session, instruction: Instruction, evidence: Evidence, event: tuple[Any, ...]
) -> bool:
    """Whether this was the word that closed the request with success."""
    match evidence.outcome:
        case "authorized":
            return _authorize(session, instruction, evidence, event)
        case "captured":
            return _capture(session, instruction, event)
        case "refunded":
            return outcomes.refunded.first(session, *event) is not None
        case "voided":
            return outcomes.voided.first(session, *event) is not None
        case "declined":
            outcomes.declined.later(session, *event, evidence.decline_code)
        case "requires_action":
            wait = next_look(0, waits_for_buyer=True)
            details = (wait, evidence.intent_ref, evidence.action_url)
            outcomes.requires_action.later(session, *event, *details)
    return False


def _authorize(
    session: Session, instruction: Instruction, evidence: Evidence, event: tuple[Any, ...]
) -> bool:
    row = outcomes.authorized.first(session, *event, evidence.intent_ref)
    if row and row[0] == "voiding":
        # It came too late: its void has to be repeated, whatever that found before.
        _void_again.later(session, instruction.payment_id)
    return row is not None


def _capture(session: Session, instruction: Instruction, event: tuple[Any, ...]) -> bool:
    row = outcomes.captured.first(session, *event)
    if row and row[0]:
        apply_held(session, instruction.payment_id)
    return row is not None


def _done(instruction: Instruction) -> Done:
    return Done({"payment_id": instruction.payment_id})
