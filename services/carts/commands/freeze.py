"""The life of a cart between "place my order" and the order's end.

A lease keeps the cart for an order that may never come to exist; the fact that it does makes it a
hold without end. A lapsed lease is nobody's: the next change or the next order just takes the cart.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.money import Money
from services.carts.errors import (
    CartFrozen,
    CartNotReady,
    CurrencyMismatch,
    FirstOrderTaken,
    OrderEnded,
    TotalChanged,
)
from services.carts.models.cart import CartState, lock_cart
from services.carts.models.freeze import FrozenCart, Snapshot, find_freeze, snapshot_of
from services.carts.models.items import find_positions
from services.carts.models.limits import check_total
from services.carts.models.owner import Owner
from services.carts.models.priced_cart import PricedCart, price_cart
from services.carts.models.rules import find_rules

# $8 is the user whose claim to a first order's discount the promise takes, else NULL. The claim's
# own row decides between two carts of one user that are frozen at once.
_FREEZE = Statement(
    """
    WITH claim AS (
        INSERT INTO first_order AS f (user_id, order_id, lease_until, paid)
        SELECT $8::uuid, $1::uuid, clock_timestamp() + $5::int * interval '1 second', false
        WHERE $8::uuid IS NOT NULL
        ON CONFLICT (user_id) DO UPDATE
            SET order_id = excluded.order_id, lease_until = excluded.lease_until
            WHERE NOT f.paid
              AND (f.order_id = excluded.order_id OR f.lease_until < clock_timestamp())
        RETURNING user_id
    ), promise AS (
        INSERT INTO cart_freeze (order_id, cart_id, request_key, state, snapshot)
        SELECT $1::uuid, $2::uuid, $3, 'leased', $4::jsonb
        WHERE $8::uuid IS NULL OR EXISTS (SELECT FROM claim)
        ON CONFLICT (order_id) DO UPDATE
            SET request_key = excluded.request_key, snapshot = excluded.snapshot
            WHERE cart_freeze.cart_id = excluded.cart_id AND cart_freeze.state = 'leased'
        RETURNING cart_id
    ), frozen AS (
        UPDATE cart SET status = 'frozen', order_id = $1::uuid, version = version + 1,
            lease_until = clock_timestamp() + $5::int * interval '1 second',
            shipping_address = $6::jsonb, shown_total_minor = $7, updated_at = now()
        FROM promise WHERE cart.id = promise.cart_id
        RETURNING lease_until
    )
    SELECT (SELECT lease_until FROM frozen), $8::uuid IS NULL OR EXISTS (SELECT FROM claim)
    """
)
_RENEW = Statement(
    """
    WITH claim AS (
        UPDATE first_order SET lease_until = clock_timestamp() + $2::int * interval '1 second'
        WHERE order_id = $3::uuid AND lease_until IS NOT NULL
    )
    UPDATE cart SET lease_until = clock_timestamp() + $2::int * interval '1 second'
    WHERE id = $1::uuid AND lease_until IS NOT NULL
    RETURNING lease_until
    """
)
# Another order that has only a lapsed or lapsing lease gives way: orders keeps one live order per
# cart, so the one that is known to exist is it.
_HOLD = Statement(
    """
    WITH promise AS (
        UPDATE cart_freeze SET state = 'held' WHERE order_id = $1::uuid AND state = 'leased'
        RETURNING cart_id, order_id
    ), claim AS (
        UPDATE first_order SET lease_until = NULL FROM promise
        WHERE first_order.order_id = promise.order_id
    )
    UPDATE cart SET status = 'frozen', order_id = promise.order_id, lease_until = NULL
    FROM promise
    WHERE cart.id = promise.cart_id AND cart.status <> 'closed'
      AND (cart.status = 'open' OR cart.lease_until IS NOT NULL)
    """
)
_REOPEN = Statement(
    """
    WITH promise AS (
        UPDATE cart_freeze SET state = 'released'
        WHERE order_id = $1::uuid AND state IN ('leased', 'held')
        RETURNING cart_id, order_id
    ), claim AS (
        DELETE FROM first_order WHERE order_id = $1::uuid AND NOT paid
    )
    UPDATE cart SET status = 'open', order_id = NULL, lease_until = NULL, version = version + 1,
        updated_at = now()
    FROM promise
    WHERE cart.id = promise.cart_id AND cart.order_id = promise.order_id
      AND cart.status = 'frozen'
    """
)
# The order is paid: it closes its cart even if that was open for a while, but takes it from no
# other order. For a customer who has paid before nothing is written, so that nobody waits.
_CLOSE = Statement(
    """
    WITH promise AS (
        UPDATE cart_freeze SET state = 'closed' WHERE order_id = $2::uuid
    ), claim AS (
        INSERT INTO first_order (user_id, order_id, paid)
        SELECT c.user_id, $2::uuid, true FROM cart c
        WHERE c.id = $1::uuid AND c.user_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM first_order f WHERE f.user_id = c.user_id AND f.paid
        )
        ON CONFLICT (user_id) DO UPDATE
            SET order_id = excluded.order_id, lease_until = NULL, paid = true
    )
    UPDATE cart SET status = 'closed', order_id = $2::uuid, lease_until = NULL,
        version = version + 1, updated_at = now()
    WHERE id = $1::uuid AND status <> 'closed'
      AND (order_id IS NULL OR order_id = $2::uuid OR lease_until < now())
    """
)


@dataclass(frozen=True)
class FreezeRequest:
    """An order's wish for a cart; `request_key` names the attempt, whichever order it proposes."""

    order_id: UUID
    request_key: str
    shipping_address: dict[str, Any] | None = None
    expected_total: Money | None = None


def freeze_cart(
    session: Session, cart_id: UUID, owner: Owner, request: FreezeRequest, *, lease_seconds: int
) -> FrozenCart:
    """Promise the cart to an order at a total its buyer has seen.

    The same request finds its promise again. Refused, with nothing changed: CartFrozen and
    CartClosed for another request, CartNotReady, TotalChanged, FirstOrderTaken, OrderEnded.
    """
    cart = lock_cart(session, cart_id, owner)
    if cart.held_by is not None:
        return _find_again(session, cart, cart.held_by, request, lease_seconds)
    if request.shipping_address is not None:
        cart = msgspec.structs.replace(cart, shipping_address=request.shipping_address)
    priced = _require_ready(session, cart, request.expected_total)
    snapshot = snapshot_of(request.order_id, cart.version + 1, priced)
    row = _FREEZE.first(
        session,
        request.order_id,
        cart.id,
        request.request_key,
        msgspec.json.encode(snapshot).decode(),
        lease_seconds,
        msgspec.json.encode(snapshot.shipping_address).decode(),
        snapshot.totals.total_minor,
        cart.user_id if priced.first_order else None,
    )
    lease_until, claimed = row or (None, False)
    if not claimed:
        raise FirstOrderTaken("another order of this customer takes the first order's discount")
    if lease_until is None:
        raise OrderEnded("the proposed order has ended, or is of another cart")
    return _promise(snapshot, lease_until)


def hold_cart(session: Session, order_id: UUID) -> None:
    """The order exists: its lease becomes a hold without end, unless it has ended already."""
    _HOLD.later(session, order_id)


def reopen_cart(session: Session, order_id: UUID) -> None:
    """The order ended without a sale: its buyer gets the cart back."""
    _REOPEN.later(session, order_id)


def close_cart(session: Session, cart_id: UUID, order_id: UUID) -> None:
    """The order is paid: the cart takes no more changes. Repeating it is harmless."""
    _CLOSE.later(session, cart_id, order_id)


def _find_again(
    session: Session, cart: CartState, order_id: UUID, request: FreezeRequest, lease_seconds: int
) -> FrozenCart:
    found = find_freeze(session, order_id)
    if found is None or found[0] != request.request_key:
        cart.require_open()
        raise CartFrozen(order_id)
    row = _RENEW.first(session, cart.id, lease_seconds, order_id)
    return _promise(found[1], row[0] if row else None)


def _require_ready(session: Session, cart: CartState, expected: Money | None) -> PricedCart:
    if expected is not None and expected.currency != cart.currency:
        raise CurrencyMismatch(f"the cart is in {cart.currency}, not in {expected.currency}")
    positions = find_positions(session, cart.id)
    rules = find_rules(session, [cart])
    priced = price_cart(cart, positions, rules, clock.now())
    if priced.blocking:
        raise CartNotReady([problem.document() for problem in priced.blocking])
    total = priced.totals.total_minor
    check_total(total)
    if total != (cart.shown_total_minor if expected is None else expected.amount):
        raise TotalChanged(Money(total, cart.currency))
    return priced


def _promise(snapshot: Snapshot, lease_until: datetime | None) -> FrozenCart:
    return FrozenCart(**msgspec.structs.asdict(snapshot), lease_until=lease_until)
