"""The workflows that orders leads.

Placing an order: before the money is taken, a refusal or the deadline undoes the finished steps,
last first. After it the remaining steps are repeated until they succeed.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.carts import CloseCart
from libs.contracts.inventory import (
    CommitStock,
    ReleaseStock,
    ReserveStock,
    ReturnStock,
    StockLine,
)
from libs.contracts.payments import AuthorizePayment, CapturePayment, RefundPayment, VoidPayment
from libs.contracts.promotions import RedeemPromotions, Redemption, ReleasePromotions
from libs.messaging.message import Payload
from libs.saga.definition import Saga, compensable, local, pivot, retriable
from libs.saga.state import SagaState
from services.orders.models import lifecycle, returning

# How long a buyer may take at the payment provider, for example for 3-D Secure.
ACTION_SECONDS = 900.0


class OrderPlan(Payload, frozen=True, kw_only=True):
    """All that the steps of an order need, fixed when it is placed."""

    order_id: UUID
    cart_id: UUID
    customer: str
    currency: str
    total_minor: int
    provider: str
    token: str
    lines: tuple[StockLine, ...]
    redemptions: tuple[Redemption, ...]


class ReturnPlan(Payload, frozen=True, kw_only=True):
    """All that the steps of a return need."""

    order_id: UUID
    return_id: UUID
    amount_minor: int
    currency: str
    lines: tuple[StockLine, ...]


def _confirm(session: Session, plan: OrderPlan, _state: SagaState) -> None:
    lifecycle.confirm(session, plan.order_id, plan.redemptions)


def _cancel(session: Session, plan: OrderPlan, state: SagaState) -> None:
    lifecycle.cancel(session, plan.order_id, state.code or "", state.detail or "")


def _await_action(session: Session, plan: OrderPlan, state: SagaState) -> None:
    url = state.output("authorize_payment").get("action_url")
    lifecycle.await_action(session, plan.order_id, url)


def _refunded(session: Session, plan: ReturnPlan, _state: SagaState) -> None:
    returning.refunded(session, plan.return_id)


def _refused(session: Session, plan: ReturnPlan, state: SagaState) -> None:
    returning.refused(session, plan.return_id, state.code or "")


PLACE_ORDER: Saga[OrderPlan] = Saga(
    name="orders.place_order",
    plan=OrderPlan,
    steps=(
        compensable(
            "reserve_stock",
            do=lambda plan: ReserveStock(order_id=plan.order_id, lines=plan.lines),
            undo=lambda plan: ReleaseStock(order_id=plan.order_id),
        ),
        compensable(
            "redeem_promotions",
            do=lambda plan: RedeemPromotions(
                order_id=plan.order_id,
                customer=plan.customer,
                currency=plan.currency,
                redemptions=plan.redemptions,
            ),
            undo=lambda plan: ReleasePromotions(order_id=plan.order_id),
            after=(),
            when=lambda plan: bool(plan.redemptions),
        ),
        compensable(
            "authorize_payment",
            do=lambda plan: AuthorizePayment(
                order_id=plan.order_id,
                provider=plan.provider,
                token=plan.token,
                amount_minor=plan.total_minor,
                currency=plan.currency,
            ),
            undo=lambda plan: VoidPayment(order_id=plan.order_id),
            after=("reserve_stock", "redeem_promotions"),
            timeout=15.0,
            wait=ACTION_SECONDS,
        ),
        pivot(
            "capture_payment",
            do=lambda plan: CapturePayment(order_id=plan.order_id),
            timeout=15.0,
        ),
        local("confirm_order", _confirm),
        retriable(
            "commit_stock",
            do=lambda plan: CommitStock(order_id=plan.order_id),
            after=("confirm_order",),
        ),
        retriable(
            "close_cart",
            do=lambda plan: CloseCart(cart_id=plan.cart_id, order_id=plan.order_id),
            after=("confirm_order",),
        ),
    ),
    waiting=_await_action,
    compensated=_cancel,
)

RETURN_ORDER: Saga[ReturnPlan] = Saga(
    name="orders.return_order",
    plan=ReturnPlan,
    steps=(
        pivot(
            "refund_payment",
            do=lambda plan: RefundPayment(
                order_id=plan.order_id,
                return_id=plan.return_id,
                amount_minor=plan.amount_minor,
                currency=plan.currency,
            ),
            timeout=15.0,
        ),
        local("record_refund", _refunded),
        retriable(
            "return_stock",
            do=lambda plan: ReturnStock(
                order_id=plan.order_id, return_id=plan.return_id, lines=plan.lines
            ),
        ),
    ),
    compensated=_refused,
)
