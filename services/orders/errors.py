"""What orders refuses, each with a stable code."""

from libs.errors import Conflict, Invalid, NotFound


class OrderNotFound(NotFound):
    """No such order, or somebody else's."""

    code = "orders.order_not_found"


class ReturnNotFound(NotFound):
    """No such return of this order."""

    code = "orders.return_not_found"


class LeaseLapsed(Conflict):
    """The cart was promised for a moment that has passed; the same request may be sent again."""

    code = "orders.lease_lapsed"


class CartAlreadyOrdered(Conflict):
    """The cart has a live order."""

    code = "orders.cart_already_ordered"


class TooLateToCancel(Conflict):
    """The payment is being taken or was taken."""

    code = "orders.too_late_to_cancel"


class IllegalTransition(Conflict):
    """An order cannot go from its status to that one."""

    code = "orders.illegal_transition"


class NotReturnable(Conflict):
    """More than was sold and not yet returned, or an order that was never paid."""

    code = "orders.not_returnable"


class EmptyReturn(Invalid):
    """A return names at least one line, each once."""

    code = "orders.empty_return"


class OrderInProgress(Conflict):
    """The buyer of an order that is not over yet cannot be forgotten."""

    code = "orders.in_progress"
