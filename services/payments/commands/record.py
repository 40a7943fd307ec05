"""What became of a request that was sent: an outcome, a refusal, an absence or no word at all."""

import logging
from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.messaging.message import SagaKey
from libs.messaging.tasks import Answer, Done, InDoubt
from services.payments.commands.evidence import believe, refused, standing
from services.payments.commands.sending import lock
from services.payments.commands.start import give_back
from services.payments.providers.registry import Providers
from services.payments.rules import Evidence, Instruction, Missing, Refusal, next_look

_log = logging.getLogger(__name__)
_GONE = ("voided", "declined")

_look_later = Statement(
    """
    UPDATE operation SET due_at = now() + $2 * interval '1 second'
    WHERE id = $1 AND state IN ('sent', 'waiting')
    """
)
_refuse = Statement(
    """
    WITH closed AS (
        UPDATE operation SET state = 'refused', settled_at = now(),
            request = CASE WHEN kind = 'authorize' THEN NULL ELSE request END
        WHERE id = $1 AND state IN ('sent', 'waiting', 'abandoned')
        RETURNING payment_id, kind, amount
    )
    UPDATE payment SET version = version + 1, updated_at = now(),
        refunding = refunding - CASE WHEN closed.kind = 'refund' THEN closed.amount ELSE 0 END,
        decline_code = CASE WHEN closed.kind = 'authorize' THEN $2 ELSE decline_code END,
        state = CASE WHEN closed.kind = 'authorize' AND state IN ('pending', 'requires_action')
            THEN 'declined' ELSE state END
    FROM closed WHERE id = closed.payment_id
    """
)
_missing = Statement(
    """
    UPDATE operation SET missing_since = coalesce(missing_since, now()),
        due_at = now() + $2 * interval '1 second'
    WHERE id = $1 AND state = 'sent'
    RETURNING now() - missing_since >= $2 * interval '1 second'
    """
)
_let_go = Statement(
    """
    WITH closed AS (
        UPDATE operation SET state = 'done', settled_at = now()
        WHERE id = $1 AND state = 'sent' RETURNING payment_id
    ), abandoned AS (
        UPDATE operation SET state = 'abandoned', request = NULL, settled_at = now()
        FROM closed WHERE operation.payment_id = closed.payment_id
            AND kind = 'authorize' AND state IN ('sent', 'waiting')
    )
    UPDATE payment SET state = 'voided', action_url = NULL, version = version + 1,
        updated_at = now()
    FROM closed WHERE id = closed.payment_id
    """
)


def record_result(
    session: Session,
    key: SagaKey,
    result: Any,
    *,
    instruction: Instruction,
    providers: Providers,
    tries: int = 0,
) -> Answer:
    """Store the result and say what it means for the saga's step.

    An exception as the result is no outcome: the provider is asked again later.
    """
    match result:
        case Evidence():
            answer = believe(session, instruction, result, "answer")
        case Refusal():
            answer = _refused(session, providers, instruction, result, key)
        case Missing():
            return _absent(session, providers, instruction)
        case _:
            _log.info("payment %s is in doubt: %s", instruction.payment_id, result)
            answer = InDoubt("the provider gave no definite answer")
    if isinstance(answer, InDoubt):
        seconds = next_look(tries, waits_for_buyer=False)
        _look_later.later(session, instruction.id, seconds)
    return answer


def look_again(session: Session, instruction: Instruction, tries: int) -> None:
    """The buyer has not decided yet."""
    _look_later.later(session, instruction.id, next_look(tries, waits_for_buyer=True))


def _refused(
    session: Session, providers: Providers, instruction: Instruction, refusal: Refusal, key: SagaKey
) -> Answer:
    if instruction.kind != "void":
        _refuse.later(session, instruction.id, refusal.code)
        return refused(instruction.kind, refusal.code)
    if refusal.intent_status in _GONE:
        _let_go.later(session, instruction.id)
        return Done()
    payment = lock(session, instruction.payment_id)
    if not payment.captured:
        # It was captured there and the news is still to come; then it is given back.
        return InDoubt(f"the provider does not void it ({refusal.code})")
    _refuse.later(session, instruction.id, refusal.code)
    refund = give_back(session, providers, payment, key)
    return InDoubt("it is being refunded instead") if refund else Done()


def _absent(session: Session, providers: Providers, instruction: Instruction) -> Answer:
    """Nothing to void, believed when it is seen twice and no request can be under way any more."""
    wait = providers.settings.missing_seconds
    row = _missing.first(session, instruction.id, wait)
    if row is None:
        return standing(session, instruction)
    if row[0]:
        _let_go.later(session, instruction.id)
        return Done()
    return InDoubt("the provider does not know the authorisation, or not yet")
