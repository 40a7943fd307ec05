"""Framework-free rules: which status follows which, and what a returned piece is worth."""

from typing import Literal

Status = Literal["pending", "processing", "shipped", "delivered", "cancelled"]

# What a person may set; pending and cancelled are decided by sagas alone.
_NEXT: dict[str, frozenset[str]] = {
    "processing": frozenset({"shipped"}),
    "shipped": frozenset({"delivered"}),
}
FULFILMENT = {"shipped": "fulfilled", "delivered": "fulfilled"}


def may_become(current: str, wanted: str) -> bool:
    """Whether a person may move an order so; staying where it is harms nobody."""
    return wanted == current or wanted in _NEXT.get(current, frozenset())


def refund_for(total_minor: int, sold: int, returned: int, pieces: int) -> int:
    """What these pieces are worth, so that all pieces together are worth exactly the line's total.

    `returned` pieces of the `sold` ones came back before; rounding is down, the last piece takes
    the rest.
    """
    before = total_minor * returned // sold
    after = total_minor * (returned + pieces) // sold
    return after - before


def payment_status(captured_minor: int, refunded_minor: int) -> str:
    """The public word for the money that is with the shop."""
    if not refunded_minor:
        return "paid"
    return "refunded" if refunded_minor >= captured_minor else "partially_refunded"


def fulfilment_after_return(sold: int, returned: int) -> str:
    """The public word for where the pieces are, once some came back."""
    return "returned" if returned >= sold else "partially_returned"
