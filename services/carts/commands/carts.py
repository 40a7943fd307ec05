"""Make carts, change what belongs to the whole cart, and throw carts away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.promotions import coupon_code
from libs.db.statement import Statement
from services.carts.commands.pricing import price_draft, store
from services.carts.commands.wishes import Wish, new_positions
from services.carts.errors import CouponNotFound
from services.carts.models.cart import (
    CartState,
    VersionCheck,
    delete_cart,
    insert_cart,
    lock_open_cart,
    new_cart,
)
from services.carts.models.items import find_positions, item_columns
from services.carts.models.limits import Limits
from services.carts.models.owner import Owner, new_token, token_hash
from services.carts.models.priced_cart import PricedCart

# A cart that a live order has is never among them. Orders keep what they were promised.
_EXPIRE = Statement(
    """
    DELETE FROM cart WHERE id IN (
        SELECT id FROM cart
        WHERE updated_at < now() - $1::int * interval '1 day'
          AND (status <> 'frozen' OR lease_until < now())
        ORDER BY updated_at LIMIT $2::int FOR UPDATE SKIP LOCKED
    )
    """
)


@dataclass(frozen=True)
class CartWish:
    """A cart as it is first asked for."""

    currency: str
    items: Sequence[Wish] = ()
    coupons: Sequence[str] = ()
    shipping_address: dict[str, Any] | None = None
    shipping_method: str | None = None


@dataclass(frozen=True)
class NewCart:
    """A cart and, for a guest, the token that opens it: only now, it is not kept."""

    priced: PricedCart
    session_token: str | None


def create_cart(session: Session, user_id: UUID | None, wish: CartWish, limits: Limits) -> NewCart:
    """Make a cart of the user, or of a guest who gets a token."""
    positions = new_positions(session, wish.currency, wish.items)
    coupons = _codes(wish.coupons)
    limits.check_quantities(position.quantity for position in positions)
    limits.check_coupons(coupons)
    draft = msgspec.structs.replace(
        new_cart(wish.currency, user_id),
        coupons=coupons,
        shipping_address=wish.shipping_address,
        shipping_method=wish.shipping_method,
    )
    priced = price_draft(session, draft, positions, coupons=coupons, method=wish.shipping_method)
    token = None if user_id else new_token()
    columns = item_columns(positions)
    stored = insert_cart(session, priced.cart, token_hash(token) if token else None, columns)
    return NewCart(msgspec.structs.replace(priced, cart=stored), token)


def change_cart(
    session: Session,
    cart_id: UUID,
    owner: Owner,
    changes: dict[str, Any],
    *,
    limits: Limits,
    check: VersionCheck,
) -> PricedCart:
    """Replace any of `coupons`, `shipping_address` and `shipping_method`; None clears."""
    cart = lock_open_cart(session, cart_id, owner, check)
    if "coupons" in changes:
        changes = changes | {"coupons": _codes(changes["coupons"])}
        limits.check_coupons(changes["coupons"])
    changed = msgspec.structs.replace(cart, **changes)
    added = set(changed.coupons) - set(cart.coupons)
    return _store(session, changed, added, changes.get("shipping_method"))


def add_coupon(
    session: Session,
    cart_id: UUID,
    owner: Owner,
    code: str,
    *,
    limits: Limits,
    check: VersionCheck,
) -> PricedCart:
    """Name a coupon; naming it again, in whatever case, changes nothing."""
    cart = lock_open_cart(session, cart_id, owner, check)
    coupons = _codes((*cart.coupons, code))
    limits.check_coupons(coupons)
    added = set(coupons) - set(cart.coupons)
    return _store(session, msgspec.structs.replace(cart, coupons=coupons), added)


def remove_coupon(
    session: Session, cart_id: UUID, owner: Owner, code: str, *, check: VersionCheck
) -> PricedCart:
    """Name a coupon no more."""
    cart = lock_open_cart(session, cart_id, owner, check)
    coupons = tuple(name for name in cart.coupons if name != coupon_code(code))
    if coupons == cart.coupons:
        raise CouponNotFound("the cart does not name this coupon")
    return _store(session, msgspec.structs.replace(cart, coupons=coupons))


def delete(session: Session, cart_id: UUID, owner: Owner, *, check: VersionCheck) -> None:
    """Throw the cart away."""
    lock_open_cart(session, cart_id, owner, check)
    delete_cart(session, cart_id)


def expire_carts(session: Session, *, days: int, limit: int) -> int:
    """Throw away carts that nothing happened to for so many days; how many there were."""
    return _EXPIRE.run(session, days, limit)


def _store(
    session: Session, cart: CartState, coupons: Iterable[str] = (), method: str | None = None
) -> PricedCart:
    positions = find_positions(session, cart.id)
    return store(session, cart, positions, coupons=set(coupons), method=method)


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes as promotions knows them, each once."""
    return tuple(dict.fromkeys(coupon_code(code) for code in codes))
