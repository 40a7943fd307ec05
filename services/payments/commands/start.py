"""What payments is told to do: each command notes a request, which is then sent outside."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.payments import AuthorizePayment, CapturePayment, RefundPayment, VoidPayment
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.message import SagaKey
from libs.messaging.tasks import Done
from services.payments.commands.sending import (
    Held,
    lock_of_order,
    refund_of,
    saga_columns,
    send,
    send_refund,
)
from services.payments.errors import (
    AlreadyPaying,
    BadAmount,
    NothingAuthorized,
    RefundExceedsCapture,
)
from services.payments.providers.port import Provider
from services.payments.providers.registry import Providers
from services.payments.rules import Instruction, holds_money, provider_key

_CURRENCY = re.compile("[A-Z]{3}")

_open = Statement(
    """
    WITH opened AS (
        INSERT INTO payment (id, order_id, provider, amount, currency, state)
        VALUES ($1, $2, $3, $4, $5, 'pending')
        ON CONFLICT (order_id)
            WHERE state IN ('pending', 'requires_action', 'authorized', 'captured') DO NOTHING
        RETURNING id
    )
    INSERT INTO operation (id, payment_id, provider, provider_key, kind, reference, amount, request,
        state, saga, step, generation, phase, attempt, due_at)
    SELECT $6, id, $3, $7, 'authorize', id, $4, $8, 'sent', $9, $10, $11, $12, $13,
        now() + $14 * interval '1 second'
    FROM opened
    """
)
_open_free = Statement(
    """
    INSERT INTO payment (id, order_id, provider, amount, currency, state)
    VALUES ($1, $2, $3, 0, $4, 'authorized')
    ON CONFLICT (order_id)
        WHERE state IN ('pending', 'requires_action', 'authorized', 'captured') DO NOTHING
    """
)
_move = Statement(
    "UPDATE payment SET state = $2, version = version + 1, updated_at = now() WHERE id = $1"
)
_authorization = Statement(
    "SELECT provider_key FROM operation WHERE payment_id = $1 AND kind = 'authorize'"
)


def authorize_payment(
    session: Session, providers: Providers, command: AuthorizePayment, key: SagaKey
) -> Instruction | Done:
    """Open the order's payment. An order that costs nothing is authorised without a provider."""
    provider = providers.get(command.provider)
    if command.amount_minor < 0 or not _CURRENCY.fullmatch(command.currency):
        raise BadAmount("the amount to pay is not one")
    payment_id = uuid7()
    if not command.amount_minor:
        opened = _open_free.run(
            session, payment_id, command.order_id, provider.name, command.currency
        )
        _refuse_second(opened)
        return Done({"payment_id": payment_id})
    instruction = _authorization_of(provider, command, key, payment_id)
    opened = _open.run(
        session,
        *(payment_id, command.order_id, provider.name, instruction.amount, instruction.currency),
        *(instruction.id, instruction.key, instruction.request, *saga_columns(key)),
        providers.settings.lease_seconds,
    )
    _refuse_second(opened)
    return instruction


def capture_payment(
    session: Session, providers: Providers, command: CapturePayment, key: SagaKey
) -> Instruction | None:
    """Take all that is authorised; None if it is taken already."""
    payment = lock_of_order(session, command.order_id)
    if payment is None or not holds_money(payment.state):
        raise NothingAuthorized("the order has no authorised payment")
    if not payment.amount:
        _move.later(session, payment.id, "captured")
        return None
    return send(
        session,
        providers,
        payment,
        "capture",
        key,
        amount=payment.amount,
        reference=payment.id,
    )


def refund_payment(
    session: Session, providers: Providers, command: RefundPayment, key: SagaKey
) -> Instruction | None:
    """Give back for a return, to the means that paid; None if that is done already."""
    if command.amount_minor < 0:
        raise BadAmount("a refund cannot be negative")
    payment = lock_of_order(session, command.order_id)
    if not command.amount_minor:
        return None
    if payment is None or payment.currency != command.currency:
        raise RefundExceedsCapture(f"nothing was paid in {command.currency}", refundable=0)
    return send_refund(
        session,
        providers,
        payment,
        key,
        amount=command.amount_minor,
        reference=command.return_id,
    )


def void_payment(
    session: Session, providers: Providers, command: VoidPayment, key: SagaKey
) -> Instruction | None:
    """Let go of the money, or give it back if it was taken; None if nothing is left to do."""
    payment = lock_of_order(session, command.order_id)
    if payment is None:
        return None
    if not payment.amount:
        _move.later(session, payment.id, "voided")
        return None
    if payment.captured:
        return give_back(session, providers, payment, key)
    _move.later(session, payment.id, "voiding")
    authorization = _authorization.first(session, payment.id)
    return send(
        session,
        providers,
        payment,
        "void",
        key,
        amount=payment.amount,
        reference=payment.id,
        voided_key=authorization[0] if authorization else "",
    )


def give_back(
    session: Session, providers: Providers, payment: Held, key: SagaKey
) -> Instruction | None:
    """Refund whatever was captured and is not refunded yet; the saga stands for the return."""
    earlier = refund_of(session, payment.id, key.saga)
    amount = earlier[1] if earlier else payment.refundable
    if not amount:
        return None
    return send_refund(session, providers, payment, key, amount=amount, reference=key.saga)


def _authorization_of(
    provider: Provider, command: AuthorizePayment, key: SagaKey, payment_id: UUID
) -> Instruction:
    request = provider.compose(
        "authorize",
        order_id=command.order_id,
        amount=command.amount_minor,
        currency=command.currency,
        token=command.token,
    )
    return Instruction(
        id=uuid7(),
        payment_id=payment_id,
        order_id=command.order_id,
        provider=provider.name,
        kind="authorize",
        key=provider_key(key, "authorize"),
        amount=command.amount_minor,
        currency=command.currency,
        request=request,
        saga=key,
    )


def _refuse_second(opened: int) -> None:
    if not opened:
        raise AlreadyPaying("the order has another payment that is under way or paid")
