"""What becomes of a guest's cart when the guest turns out to be a user who has one too."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import msgspec

Strategy = Literal["sum", "highest", "keep_guest", "keep_user"]
Quantities = Mapping[UUID, int]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces that did not make it into the merged cart, and whose they were."""

    variant_id: UUID
    quantity: int
    source: Literal["guest", "user"]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each variant the merged cart holds; nothing is left out without being told."""

    quantities: dict[UUID, int]
    left_out: tuple[LeftOut, ...]


def merge(user: Quantities, guest: Quantities, strategy: Strategy, limit: int) -> Merged:
    """`sum` adds the guest's pieces up to the limit of a variant, `highest` takes the larger number
    of each variant; `keep_...` takes one cart."""
    if strategy == "keep_user":
        return Merged(quantities=dict(user), left_out=_all(guest, "guest"))
    if strategy == "keep_guest":
        return Merged(quantities=dict(guest), left_out=_all(user, "user"))
    if strategy == "highest":
        return _highest(user, guest)
    quantities = dict(user)
    left_out = []
    for variant_id, quantity in guest.items():
        room = max(limit - quantities.get(variant_id, 0), 0)
        quantities[variant_id] = quantities.get(variant_id, 0) + min(quantity, room)
        if quantity > room:
            left_out.append(
                LeftOut(variant_id=variant_id, quantity=quantity - room, source="guest")
            )
    return Merged(quantities=quantities, left_out=tuple(left_out))


def _highest(user: Quantities, guest: Quantities) -> Merged:
    quantities = {
        variant_id: max(user.get(variant_id, 0), guest.get(variant_id, 0))
        for variant_id in (*user, *guest)
    }
    lower_of_user = {v: n for v, n in user.items() if guest.get(v, 0) > n}
    lower_of_guest = {v: n for v, n in guest.items() if user.get(v, 0) >= n}
    return Merged(
        quantities=quantities,
        left_out=(*_all(lower_of_user, "user"), *_all(lower_of_guest, "guest")),
    )


def _all(cart: Quantities, source: Literal["guest", "user"]) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(variant_id=variant_id, quantity=quantity, source=source)
        for variant_id, quantity in cart.items()
    )
