"""The workflows that accounts leads: all services hand over, or forget, what they know of a person.

Orders is asked first, for it alone may refuse: whoever waits for a parcel or a refund cannot be
forgotten yet. After it the others cannot be refused.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts import carts, events, notifications, orders, recommendations, reviews, wishlists
from libs.contracts.privacy import EraseCustomer, ExportCustomer
from libs.messaging.message import Payload
from libs.privacy import Person
from libs.saga.definition import Saga, local, pivot, retriable
from libs.saga.state import SagaState
from services.accounts.models import erasing, exporting

_SECONDS = 20.0
_FIRST = "orders"
# Those who follow, with their own words.
PARTICIPANTS: tuple[tuple[type[ExportCustomer], type[EraseCustomer]], ...] = (
    (carts.ExportCustomer, carts.EraseCustomer),
    (notifications.ExportCustomer, notifications.EraseCustomer),
    (events.ExportCustomer, events.EraseCustomer),
    (recommendations.ExportCustomer, recommendations.EraseCustomer),
    (reviews.ExportCustomer, reviews.EraseCustomer),
    (wishlists.ExportCustomer, wishlists.EraseCustomer),
)
_NAMES = tuple(export.service() for export, _ in PARTICIPANTS)


class ExportPlan(Payload, frozen=True, kw_only=True):
    """Whose data are wanted; `emails` are forgotten when the person is."""

    export_id: UUID
    customer_id: UUID
    emails: tuple[str, ...]


class ErasurePlan(Payload, frozen=True, kw_only=True):
    """Who is to be forgotten; `status` is what the account goes back to if that is refused."""

    erasure_id: UUID
    customer_id: UUID
    emails: tuple[str, ...]
    export_ids: tuple[UUID, ...]
    status: str


def _ask(words: type[ExportCustomer]) -> Callable[[ExportPlan], ExportCustomer]:
    return lambda plan: words(
        export_id=plan.export_id, customer_id=plan.customer_id, emails=plan.emails
    )


def _tell(words: type[EraseCustomer]) -> Callable[[ErasurePlan], EraseCustomer]:
    return lambda plan: words(
        customer_id=plan.customer_id, emails=plan.emails, export_ids=plan.export_ids
    )


def _all_answered(session: Session, plan: ExportPlan, state: SagaState) -> None:
    expected = {name: state.output(name)["slices"] for name in (_FIRST, *_NAMES)}
    exporting.all_answered(session, plan.export_id, expected)


def _not_exported(session: Session, plan: ExportPlan, _state: SagaState) -> None:
    exporting.failed(session, plan.export_id)


def _erased(session: Session, plan: ErasurePlan, _state: SagaState) -> None:
    erasing.erased(session, plan.erasure_id, Person(plan.customer_id, plan.emails))


def _not_erased(session: Session, plan: ErasurePlan, state: SagaState) -> None:
    erasing.refused(session, plan.erasure_id, plan.customer_id, plan.status, state.code or "")


EXPORT_CUSTOMER: Saga[ExportPlan] = Saga(
    name="accounts.export_customer",
    plan=ExportPlan,
    steps=(
        pivot(_FIRST, do=_ask(orders.ExportCustomer), timeout=_SECONDS),
        *(
            retriable(export.service(), do=_ask(export), after=(_FIRST,), timeout=_SECONDS)
            for export, _ in PARTICIPANTS
        ),
        local("all_answered", _all_answered, after=_NAMES),
    ),
    compensated=_not_exported,
)

ERASE_CUSTOMER: Saga[ErasurePlan] = Saga(
    name="accounts.erase_customer",
    plan=ErasurePlan,
    steps=(
        pivot(_FIRST, do=_tell(orders.EraseCustomer), timeout=_SECONDS),
        *(
            retriable(erase.service(), do=_tell(erase), after=(_FIRST,), timeout=_SECONDS)
            for _, erase in PARTICIPANTS
        ),
        local("accounts", _erased, after=_NAMES),
    ),
    compensated=_not_erased,
)
