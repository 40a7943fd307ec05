"""What payments obeys."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Command


class AuthorizePayment(Command, frozen=True, kw_only=True):
    """Hold the amount on the buyer's means of payment.

    Refused with `payments.declined`; may wait for the buyer (3-D Secure), the answer's output then
    holds `action_url`. Done: output `payment_id`.
    """

    wire_name: ClassVar[str] = "payments.authorize_payment.v1"

    order_id: UUID
    provider: str
    token: str
    amount_minor: int
    currency: str


class VoidPayment(Command, frozen=True, kw_only=True):
    """Let go of the order's authorisation, whatever became of it."""

    wire_name: ClassVar[str] = "payments.void_payment.v1"

    order_id: UUID


class CapturePayment(Command, frozen=True, kw_only=True):
    """Take the authorised amount. Sent again it only finds out what became of the first."""

    wire_name: ClassVar[str] = "payments.capture_payment.v1"

    order_id: UUID


class RefundPayment(Command, frozen=True, kw_only=True):
    """Give money back for a return. Refused with `payments.refund_exceeds_capture`."""

    wire_name: ClassVar[str] = "payments.refund_payment.v1"

    order_id: UUID
    return_id: UUID
    amount_minor: int
    currency: str
