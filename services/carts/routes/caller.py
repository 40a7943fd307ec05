"""Whose cart a request may reach, and how its attempts at coupons are counted."""

from collections.abc import Sized

from libs.http.auth import principal
from libs.http.gate import identity
from libs.http.kernel import kernel
from services.carts.models.owner import Owner, owner_of


def owner() -> Owner:
    """The calling user, the holder of the cart token, or both."""
    caller = principal()
    return owner_of(caller.user_id, caller.cart_token)


def count_coupons(codes: Sized) -> None:
    """Each code that comes with a cart is an attempt, as if it had been added by itself."""
    for _ in range(len(codes)):
        kernel().limiter.spend("coupon", identity(principal()))
