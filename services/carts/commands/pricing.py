"""The end of every change of a cart: price it, refuse what cannot stand, store what was shown."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from services.carts.errors import CouponInvalid, ShippingMethodUnknown
from services.carts.models.cart import CartState, save_cart
from services.carts.models.items import put_items
from services.carts.models.limits import check_total
from services.carts.models.priced_cart import PricedCart, price_cart
from services.carts.models.rules import find_rules
from services.carts.rules.pricing import Rules
from services.carts.rules.readiness import Position
from services.carts.rules.shipping import choose


def price_draft(
    session: Session,
    cart: CartState,
    positions: Sequence[Position],
    *,
    coupons: Collection[str] = (),
    method: str | None = None,
) -> PricedCart:
    """Price a cart that is about to be stored.

    Refuses what its owner just asked for in vain (these coupons, this shipping method), and totals
    beyond what can be charged. What was there before and became invalid is only told as a problem.
    """
    rules = find_rules(session, [cart])
    _require_method(rules, method)
    priced = price_cart(cart, positions, rules, clock.now())
    for problem in priced.problems:
        if problem.code == "coupon_invalid" and problem.coupon in coupons:
            raise CouponInvalid("this coupon is not valid", coupon=problem.coupon)
    check_total(priced.totals.total_minor)
    shown = msgspec.structs.replace(cart, shown_total_minor=priced.totals.total_minor)
    return msgspec.structs.replace(priced, cart=shown)


def store(
    session: Session,
    cart: CartState,
    positions: Sequence[Position],
    *,
    coupons: Collection[str] = (),
    method: str | None = None,
) -> PricedCart:
    """Price a locked, open cart and store it as its next version.

    The answer still says `price_changed` where a price moved; with it the owner has been told.
    """
    priced = price_draft(session, cart, positions, coupons=coupons, method=method)
    told = [_told(p) for p in positions if p.line().unit_price_minor != p.seen_minor]
    if told:
        put_items(session, cart.id, told)
    return msgspec.structs.replace(priced, cart=save_cart(session, priced.cart))


def _told(position: Position) -> Position:
    return msgspec.structs.replace(position, seen_minor=position.line().unit_price_minor)


def _require_method(rules: Rules, method: str | None) -> None:
    if method is not None and choose(rules.shipping_methods, method) is None:
        raise ShippingMethodUnknown(f"there is no shipping method {method!r}")
