"""Put things into a cart, change how many, take them out."""

from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from services.carts.commands.pricing import store
from services.carts.commands.wishes import Wish, add_positions, new_positions
from services.carts.errors import ItemNotFound
from services.carts.models.cart import CartState, VersionCheck, lock_open_cart
from services.carts.models.items import find_positions, keep_only, put_items
from services.carts.models.limits import Limits
from services.carts.models.owner import Owner
from services.carts.models.priced_cart import PricedCart
from services.carts.rules.readiness import Position


def add_item(
    session: Session,
    cart_id: UUID,
    owner: Owner,
    wish: Wish,
    *,
    limits: Limits,
    check: VersionCheck,
) -> PricedCart:
    """Put so many more of a variant into the cart."""
    cart = lock_open_cart(session, cart_id, owner, check)
    present = find_positions(session, cart.id)
    positions, changed = add_positions(present, new_positions(session, cart.currency, [wish]))
    limits.check_quantities(position.quantity for position in positions)
    put_items(session, cart.id, changed)
    return store(session, cart, positions)


def change_item(
    session: Session,
    cart_id: UUID,
    item_id: UUID,
    owner: Owner,
    quantity: int,
    *,
    limits: Limits,
    check: VersionCheck,
) -> PricedCart:
    """Hold exactly so many of the item."""
    cart = lock_open_cart(session, cart_id, owner, check)
    positions, index = _find(session, cart, item_id)
    limits.check_quantities([quantity])
    positions[index] = msgspec.structs.replace(positions[index], quantity=quantity)
    put_items(session, cart.id, [positions[index]])
    return store(session, cart, positions)


def remove_item(
    session: Session, cart_id: UUID, item_id: UUID, owner: Owner, *, check: VersionCheck
) -> PricedCart:
    """Take the item out."""
    cart = lock_open_cart(session, cart_id, owner, check)
    positions, index = _find(session, cart, item_id)
    del positions[index]
    keep_only(session, cart.id, positions)
    return store(session, cart, positions)


def _find(session: Session, cart: CartState, item_id: UUID) -> tuple[list[Position], int]:
    positions = find_positions(session, cart.id)
    for index, position in enumerate(positions):
        if position.item_id == item_id:
            return positions, index
    raise ItemNotFound("the cart has no such item")
