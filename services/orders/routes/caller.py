"""Whose orders a request may reach."""

import hashlib

from libs.http.auth import principal
from services.orders.queries.orders import Viewer

OPERATORS = frozenset({"admin", "support"})


def viewer() -> Viewer:
    """The caller as a viewer of orders."""
    caller = principal()
    return Viewer(
        user_id=caller.user_id,
        guest_key=guest_key(caller.cart_token),
        everybody=bool(caller.roles & OPERATORS),
    )


def guest_key(cart_token: str | None) -> str | None:
    """What orders keeps of a guest's cart token: enough to know it again, no use to a thief."""
    return hashlib.sha256(cart_token.encode()).hexdigest() if cart_token else None


def actor() -> str:
    """Who acts, for the audit."""
    caller = principal()
    return str(caller.user_id) if caller.user_id else "guest"
