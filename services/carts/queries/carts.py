"""Read carts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.page import Key, Page, fetch_page
from services.carts.errors import CartNotFound
from services.carts.models.cart import CartState, find_cart, find_id_by_token, state_of
from services.carts.models.freeze import frozen_view, list_snapshots
from services.carts.models.items import list_positions
from services.carts.models.owner import Owner, owner_of, token_hash
from services.carts.models.priced_cart import PricedCart, lines_of, price_cart, terms_of
from services.carts.models.rules import find_rules
from services.carts.models.tables import Cart
from services.carts.rules.explanation import Explanation, explain
from services.carts.rules.readiness import Position


def get_cart(session: Session, cart_id: UUID, owner: Owner) -> PricedCart:
    """The owner's cart at today's prices, or as the order that has it was promised it."""
    return _views(session, [find_cart(session, cart_id, owner)])[0]


def list_carts(
    session: Session, owner: Owner, *, cursor: str | None, limit: int
) -> Page[PricedCart]:
    """The owner's carts that are not closed, newest first; without a proof there are none."""
    if owner.user_id is not None:
        mine = Cart.user_id == owner.user_id
    elif owner.token_hash is not None:
        mine = Cart.token_hash == owner.token_hash
    else:
        return Page(items=[], next=None, prev=None)
    statement = select(Cart).where(mine, Cart.status != "closed")
    page = fetch_page(session, statement, [Key(Cart.id, "desc")], cursor, limit)
    carts = [state_of(cart) for cart in page.items]
    return Page(items=_views(session, carts), next=page.next, prev=page.prev)


def get_session_cart(session: Session, token: str) -> PricedCart:
    """The guest's cart that the token opens, while it is no order yet."""
    owner = owner_of(None, token)
    cart_id = find_id_by_token(session, token_hash(token))
    cart = find_cart(session, cart_id, owner) if cart_id else None
    if cart is None or cart.status == "closed":
        raise CartNotFound("there is no such cart")
    return _views(session, [cart])[0]


class ExplainedCart(NamedTuple):
    """A cart, its items, and how its price came to be at that time."""

    cart: CartState
    positions: Sequence[Position]
    explanation: Explanation
    at: datetime


def explain_cart(session: Session, cart_id: UUID, owner: Owner) -> ExplainedCart:
    """Why the owner's cart costs what it costs now; refused once an order has it, whose price
    stands whatever the rules are now."""
    cart = find_cart(session, cart_id, owner)
    cart.require_open()
    positions = list_positions(session, [cart.id])[cart.id]
    rules, at = find_rules(session, [cart]), clock.now()
    explanation = explain(lines_of(positions), rules, terms_of(cart, rules, at))
    return ExplainedCart(cart, positions, explanation, at)


def _views(session: Session, carts: Sequence[CartState]) -> list[PricedCart]:
    """Each cart with its price, in a fixed number of statements."""
    orders = {cart.held_by for cart in carts if cart.held_by is not None}
    snapshots = list_snapshots(session, orders) if orders else {}
    live = [cart for cart in carts if cart.held_by is None]
    priced = _priced(session, live) if live else {}
    return [
        priced[cart.id] if cart.held_by is None else frozen_view(cart, snapshots[cart.held_by])
        for cart in carts
    ]


def _priced(session: Session, carts: Sequence[CartState]) -> dict[UUID, PricedCart]:
    positions = list_positions(session, [cart.id for cart in carts])
    rules, at = find_rules(session, carts), clock.now()
    return {cart.id: price_cart(cart, positions[cart.id], rules, at) for cart in carts}
