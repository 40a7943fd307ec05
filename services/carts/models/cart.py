"""One cart's own row: found only by its owner, changed only under its lock."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.ids import uuid7
from services.carts.errors import CartClosed, CartFrozen, CartNotFound
from services.carts.models.owner import Owner
from services.carts.models.tables import Cart

VersionCheck = Callable[[int], None]

_COLUMNS = """
    id, user_id, currency, status, coupons, shipping_address, shipping_method, shown_total_minor,
    order_id, version, created_at, updated_at,
    coalesce(lease_until < clock_timestamp(), false)
"""
_OWNED = "(user_id = $2::uuid OR token_hash = $3::bytea)"

_FIND = Statement(f"SELECT {_COLUMNS} FROM cart WHERE id = $1::uuid AND {_OWNED}")  # noqa: S608  constants
_LOCK = Statement(
    f"SELECT {_COLUMNS} FROM cart WHERE id = $1::uuid AND {_OWNED} FOR NO KEY UPDATE"  # noqa: S608  constants
)
_BY_TOKEN = Statement("SELECT id FROM cart WHERE token_hash = $1::bytea")
_INSERT = Statement(
    """
    WITH new AS (
        INSERT INTO cart (id, user_id, token_hash, currency, coupons, shipping_address,
            shipping_method, shown_total_minor)
        VALUES ($1::uuid, $2::uuid, $3::bytea, $4, $5::text[], $6::jsonb, $7, $8)
        RETURNING created_at
    ), items AS (
        INSERT INTO cart_item (id, cart_id, variant_id, quantity, unit_price_seen)
        SELECT i.id, $1::uuid, i.variant_id, i.quantity, i.seen
        FROM unnest($9::uuid[], $10::uuid[], $11::bigint[], $12::bigint[])
            AS i (id, variant_id, quantity, seen)
    )
    SELECT created_at FROM new
    """
)
# Also ends a lease that has lapsed.
_SAVE = Statement(
    """
    UPDATE cart SET status = 'open', order_id = NULL, lease_until = NULL, coupons = $2::text[],
        shipping_address = $3::jsonb, shipping_method = $4, shown_total_minor = $5,
        version = version + 1, updated_at = now()
    WHERE id = $1::uuid
    RETURNING version, updated_at
    """
)
_DELETE = Statement("DELETE FROM cart WHERE id = $1::uuid")
_GIVE = Statement("UPDATE cart SET user_id = $2::uuid, token_hash = NULL WHERE id = $1::uuid")


class CartState(msgspec.Struct, frozen=True):
    """A cart's row as it was read; `lapsed`: it is frozen by a lease that ran out."""

    id: UUID
    user_id: UUID | None
    currency: str
    status: str
    coupons: tuple[str, ...]
    shipping_address: dict[str, Any] | None
    shipping_method: str | None
    shown_total_minor: int
    order_id: UUID | None
    version: int
    created_at: datetime | None
    updated_at: datetime | None
    lapsed: bool = False

    @property
    def country(self) -> str | None:
        """Where the cart goes, once that is known."""
        return self.shipping_address["country"] if self.shipping_address else None

    @property
    def held_by(self) -> UUID | None:
        """The order that has the cart now."""
        return None if self.lapsed else self.order_id

    def require_open(self) -> None:
        """Refuse to change what an order has."""
        if self.held_by is None:
            return
        raise CartClosed(self.held_by) if self.status == "closed" else CartFrozen(self.held_by)


def find_cart(session: Session, cart_id: UUID, owner: Owner) -> CartState:
    """The owner's cart; somebody else's does not exist."""
    return _state(_FIND.first(session, cart_id, owner.user_id, owner.token_hash))


def lock_cart(session: Session, cart_id: UUID, owner: Owner) -> CartState:
    """The owner's cart, locked until the transaction ends."""
    return _state(_LOCK.first(session, cart_id, owner.user_id, owner.token_hash))


def lock_open_cart(session: Session, cart_id: UUID, owner: Owner, check: VersionCheck) -> CartState:
    """The owner's cart, locked, open and of a version that the check lets pass."""
    cart = lock_cart(session, cart_id, owner)
    cart.require_open()
    check(cart.version)
    return cart


def find_id_by_token(session: Session, token_hash: bytes) -> UUID | None:
    """The guest cart that the token opens."""
    row = _BY_TOKEN.first(session, token_hash)
    return row[0] if row else None


def new_cart(currency: str, user_id: UUID | None) -> CartState:
    """An empty cart that is not stored yet."""
    return CartState(
        id=uuid7(),
        user_id=user_id,
        currency=currency,
        status="open",
        coupons=(),
        shipping_address=None,
        shipping_method=None,
        shown_total_minor=0,
        order_id=None,
        version=1,
        created_at=None,
        updated_at=None,
    )


def insert_cart(
    session: Session,
    cart: CartState,
    token_hash: bytes | None,
    item_columns: Sequence[Sequence[Any]],
) -> CartState:
    """Store a new cart and its items (parallel arrays, see `item_columns`) in one statement."""
    row = _INSERT.first(
        session,
        cart.id,
        cart.user_id,
        token_hash,
        cart.currency,
        list(cart.coupons),
        _json(cart.shipping_address),
        cart.shipping_method,
        cart.shown_total_minor,
        *item_columns,
    )
    at = row[0] if row else None
    return msgspec.structs.replace(cart, created_at=at, updated_at=at)


def save_cart(session: Session, cart: CartState) -> CartState:
    """Store a locked, open cart as its next version."""
    row = _SAVE.first(
        session,
        cart.id,
        list(cart.coupons),
        _json(cart.shipping_address),
        cart.shipping_method,
        cart.shown_total_minor,
    )
    if row is None:
        raise CartNotFound("there is no such cart")
    return msgspec.structs.replace(
        cart, status="open", order_id=None, lapsed=False, version=row[0], updated_at=row[1]
    )


def delete_cart(session: Session, cart_id: UUID) -> None:
    """Forget a locked cart and all that belongs to it."""
    _DELETE.later(session, cart_id)


def give_cart(session: Session, cart: CartState, user_id: UUID) -> CartState:
    """Make a guest's locked cart the user's; its token opens it no more."""
    _GIVE.later(session, cart.id, user_id)
    return msgspec.structs.replace(cart, user_id=user_id)


def state_of(cart: Cart) -> CartState:
    """The same of a row that a listing read."""
    lapsed = cart.lease_until is not None and cart.lease_until < clock.now()
    return CartState(
        id=cart.id,
        user_id=cart.user_id,
        currency=cart.currency,
        status=cart.status,
        coupons=tuple(cart.coupons),
        shipping_address=cart.shipping_address,
        shipping_method=cart.shipping_method,
        shown_total_minor=cart.shown_total_minor,
        order_id=cart.order_id,
        version=cart.version,
        created_at=cart.created_at,
        updated_at=cart.updated_at,
        lapsed=lapsed,
    )


def _state(row: tuple[Any, ...] | None) -> CartState:
    if row is None:
        raise CartNotFound("there is no such cart")
    state = CartState(*row)
    return msgspec.structs.replace(state, coupons=tuple(state.coupons))


def _json(document: dict[str, Any] | None) -> str | None:
    return None if document is None else msgspec.json.encode(document).decode()
