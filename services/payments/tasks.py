"""What payments does with the messages it gets: it notes a request, sends it after the commit."""

from functools import partial

from sqlalchemy.orm import Session

from libs.contracts.orders import OrdersPseudonymized
from libs.contracts.payments import AuthorizePayment, CapturePayment, RefundPayment, VoidPayment
from libs.messaging.message import SagaKey
from libs.messaging.tasks import Answer, Deferred, Done, Tasks
from services.payments import metrics, queries
from services.payments.commands import due, privacy, record, start
from services.payments.extension import providers
from services.payments.providers import inquiry
from services.payments.providers.registry import Providers
from services.payments.resolver import resolve_due
from services.payments.rules import Instruction

tasks = Tasks("payments")


@tasks.command(AuthorizePayment, refuses_before_writing=True)
def authorize_payment(
    session: Session, message: AuthorizePayment, key: SagaKey
) -> Deferred | Answer:
    known = providers()
    begun = start.authorize_payment(session, known, message, key)
    return begun if isinstance(begun, Done) else _outside(known, begun)


@tasks.command(CapturePayment, refuses_before_writing=True)
def capture_payment(session: Session, message: CapturePayment, key: SagaKey) -> Deferred | Answer:
    known = providers()
    return _outside(known, start.capture_payment(session, known, message, key))


@tasks.command(RefundPayment)
def refund_payment(session: Session, message: RefundPayment, key: SagaKey) -> Deferred | Answer:
    known = providers()
    return _outside(known, start.refund_payment(session, known, message, key))


@tasks.command(VoidPayment)
def void_payment(session: Session, message: VoidPayment, key: SagaKey) -> Deferred | Answer:
    """Compensates `authorize_payment`, also one whose outcome is not known yet."""
    known = providers()
    return _outside(known, start.void_payment(session, known, message, key))


@tasks.fact(OrdersPseudonymized)
def forget_buyers(session: Session, fact: OrdersPseudonymized) -> None:
    """Keep the money's trail, not the payer's."""
    privacy.forget_buyers(session, fact.order_ids)


@tasks.every(seconds=1, transactional=False, when=due.is_any_due)
def resolve_payments() -> int:
    return resolve_due(providers())


@tasks.every(seconds=15)
def measure_doubt(session: Session) -> int:
    metrics.set_ages(doubt=queries.oldest_doubt(session), held=queries.oldest_held(session))
    return 0


def _outside(known: Providers, instruction: Instruction | None) -> Deferred | Answer:
    """The call to make once the request is durable; nothing to send is done already."""
    if instruction is None:
        return Done()
    return Deferred(
        call=partial(inquiry.send, known.get(instruction.provider), instruction),
        complete=partial(record.record_result, instruction=instruction, providers=known),
    )
