"""Bring a guest's cart to the user who the guest turned out to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from services.carts.commands.pricing import store
from services.carts.errors import CurrencyMismatch, NothingToMerge
from services.carts.models.cart import (
    CartState,
    VersionCheck,
    delete_cart,
    find_id_by_token,
    give_cart,
    lock_open_cart,
)
from services.carts.models.items import find_positions, keep_only, put_items
from services.carts.models.limits import Limits
from services.carts.models.owner import Owner
from services.carts.models.priced_cart import PricedCart
from services.carts.rules.merging import LeftOut, Strategy, merge
from services.carts.rules.readiness import Position


@dataclass(frozen=True)
class MergedCart:
    """The user's cart as it now stands, and the pieces that are not in it."""

    priced: PricedCart
    left_out: tuple[LeftOut, ...]


def merge_carts(
    session: Session,
    cart_id: UUID,
    owner: Owner,
    strategy: Strategy,
    *,
    limits: Limits,
    check: VersionCheck,
) -> MergedCart:
    """Merge the guest cart of the owner's token into the user's cart, or give it to the user.

    When `cart_id` is the guest cart itself it just becomes the user's. Coupons follow the strategy;
    address and method are the user's, else the guest's. The guest cart is gone afterwards. Both
    rows are locked in the order of their ids.
    """
    guest_id = find_id_by_token(session, owner.token_hash) if owner.token_hash else None
    if guest_id is None or owner.user_id is None:
        raise NothingToMerge("the cart token names no cart")
    locked = {
        one: lock_open_cart(session, one, owner, check if one == cart_id else _any_version)
        for one in sorted({cart_id, guest_id})
    }
    user, guest = locked[cart_id], locked[guest_id]
    if user.id == guest.id:
        return _adopt(session, guest, owner.user_id)
    if user.currency != guest.currency:
        raise CurrencyMismatch(f"the carts are in {user.currency} and {guest.currency}")
    return _merge(session, user, guest, strategy, limits)


def _adopt(session: Session, guest: CartState, user_id: UUID) -> MergedCart:
    cart = give_cart(session, guest, user_id)
    positions = find_positions(session, cart.id)
    return MergedCart(store(session, cart, positions), ())


def _merge(
    session: Session, user: CartState, guest: CartState, strategy: Strategy, limits: Limits
) -> MergedCart:
    own = find_positions(session, user.id)
    brought = find_positions(session, guest.id)
    merged = merge(_quantities(own), _quantities(brought), strategy, limits.quantity)
    limits.check_quantities(merged.quantities.values())
    known = {position.variant_id: position for position in (*brought, *own)}
    positions = [
        msgspec.structs.replace(known[variant_id], quantity=quantity)
        for variant_id, quantity in merged.quantities.items()
    ]
    # The guest's items go first: their identifiers are used again.
    delete_cart(session, guest.id)
    keep_only(session, user.id, positions)
    put_items(session, user.id, positions)
    cart = msgspec.structs.replace(
        user,
        coupons=_coupons(user, guest, strategy, limits),
        shipping_address=user.shipping_address or guest.shipping_address,
        shipping_method=user.shipping_method or guest.shipping_method,
    )
    return MergedCart(store(session, cart, positions), merged.left_out)


def _coupons(
    user: CartState, guest: CartState, strategy: Strategy, limits: Limits
) -> tuple[str, ...]:
    if strategy.startswith("keep_"):
        return user.coupons if strategy == "keep_user" else guest.coupons
    together = tuple(dict.fromkeys((*user.coupons, *guest.coupons)))
    limits.check_coupons(together)
    return together


def _quantities(positions: Sequence[Position]) -> dict[UUID, int]:
    return {position.variant_id: position.quantity for position in positions}


def _any_version(_version: int) -> None:
    """The guest cart is not the one that If-Match speaks of."""
