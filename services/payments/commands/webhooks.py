"""What a provider tells us unasked: genuine when it gets here, and still not believed blindly."""

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.messaging.inbox import settle
from services.payments.commands import foreign_refunds
from services.payments.commands.due import instruction_of
from services.payments.commands.evidence import believe, event_columns, quarantine
from services.payments.rules import Evidence, mismatch

_SOURCE = "webhook"
_known = Statement("SELECT 1 FROM payment_event WHERE provider = $1 AND event_id = $2")
_payment_of = Statement(
    "SELECT id, order_id::text, currency FROM payment WHERE provider = $1 AND intent_ref = $2"
)


def take_webhook(session: Session, provider: str, evidence: Evidence) -> None:
    """Count the event once: apply it, hold it, or quarantine what does not fit."""
    if _known.first(session, provider, evidence.event_id):
        return
    instruction = instruction_of(session, provider, evidence.key)
    if instruction is None:
        _take_unasked(session, provider, evidence)
        return
    answer = believe(session, instruction, evidence, _SOURCE)
    if not mismatch(instruction, evidence):
        settle(session, instruction.saga, answer)


def _take_unasked(session: Session, provider: str, evidence: Evidence) -> None:
    """Somebody acted at the provider itself, or the message is about another shop's money."""
    payment_id, order_id, currency = _payment_of.first(session, provider, evidence.intent_ref) or (
        None,
        None,
        None,
    )
    fits = order_id == evidence.reference and currency == evidence.currency
    if payment_id and fits and evidence.outcome == "refunded" and evidence.amount:
        event = event_columns(evidence, provider, _SOURCE, payment_id)
        foreign_refunds.take(session, payment_id, event)
        return
    reason = "it does not belong to anything that was asked for"
    quarantine(session, evidence, provider, _SOURCE, reason, payment_id)
