"""Refusals of payments."""

from libs.errors import Conflict, Invalid, NotFound


class Declined(Conflict):
    """The buyer's means of payment was declined."""

    code = "payments.declined"


class UnknownProvider(Invalid):
    """No such provider is set up."""

    code = "payments.unknown_provider"


class BadAmount(Invalid):
    """The amount cannot be paid."""

    code = "payments.bad_amount"


class AlreadyPaying(Conflict):
    """The order has another payment that is under way or paid."""

    code = "payments.already_paying"


class NothingAuthorized(Conflict):
    """The order has no authorisation that could be captured."""

    code = "payments.nothing_authorized"


class CaptureRefused(Conflict):
    """The provider will not pay out what it authorised."""

    code = "payments.capture_refused"


class RefundExceedsCapture(Conflict):
    """More would be given back than was taken and not yet given back."""

    code = "payments.refund_exceeds_capture"


class RefundRefused(Conflict):
    """The provider will not give the money back."""

    code = "payments.refund_refused"


class AlreadyRefunded(Conflict):
    """This return was refunded by another request."""

    code = "payments.already_refunded"


class PaymentNotFound(NotFound):
    """There is no such payment."""

    code = "payments.payment_not_found"


class UnknownWebhook(NotFound):
    """No provider of that name sends messages here."""

    code = "payments.unknown_webhook"
