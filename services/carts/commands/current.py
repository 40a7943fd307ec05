"""Change the buyer's current cart, whose things are named by what they are."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.carts.commands.carts import CartWish, NewCart, create_cart
from services.carts.commands.items import add_item, change_item, remove_item
from services.carts.commands.wishes import Wish
from services.carts.errors import ItemNotFound
from services.carts.models.cart import VersionCheck
from services.carts.models.current import await_turn, find_current, get_current
from services.carts.models.items import find_positions
from services.carts.models.limits import Limits
from services.carts.models.owner import Owner
from services.carts.models.priced_cart import PricedCart


def add_to_current(
    session: Session, owner: Owner, wish: Wish, *, currency: str, limits: Limits
) -> NewCart:
    """Put so many more into the current cart; without one, make it, in this currency."""
    if owner.user_id is not None:
        await_turn(session, owner.user_id)
    cart_id = find_current(session, owner)
    if cart_id is None:
        return create_cart(session, owner.user_id, CartWish(currency, (wish,)), limits)
    priced = add_item(session, cart_id, owner, wish, limits=limits, check=_any_version)
    return NewCart(priced, None)


def change_in_current(
    session: Session, owner: Owner, wish: Wish, *, limits: Limits, check: VersionCheck
) -> PricedCart:
    """Hold exactly so many of what the current cart has."""
    cart_id = get_current(session, owner)
    item_id = _find_item(session, cart_id, wish.sku, wish.variant_id)
    return change_item(session, cart_id, item_id, owner, wish.quantity, limits=limits, check=check)


def remove_from_current(
    session: Session, owner: Owner, sku: str | None, variant_id: UUID | None, check: VersionCheck
) -> PricedCart:
    """Take something out of the current cart."""
    cart_id = get_current(session, owner)
    item_id = _find_item(session, cart_id, sku, variant_id)
    return remove_item(session, cart_id, item_id, owner, check=check)


def _find_item(session: Session, cart_id: UUID, sku: str | None, variant_id: UUID | None) -> UUID:
    for position in find_positions(session, cart_id):
        named = position.offer is not None and position.offer.sku == sku
        if named or position.variant_id == variant_id:
            return position.item_id
    raise ItemNotFound("the cart has no such item")


def _any_version(_version: int) -> None:
    """The cart is not named, so neither is a version of it."""
