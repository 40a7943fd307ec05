"""How an order changes: each move is one guarded statement that also writes the order's event.

Repeating a move that was made changes nothing; a move that the status forbids touches no row.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.orders import OrderAmounts, OrderCancelled, OrderConfirmed, OrderLinesSold
from libs.contracts.orders import OrderLine as SoldLine
from libs.contracts.promotions import Redemption
from libs.db.statement import Statement
from libs.messaging.outbox import announce

# A fact is a reference, not a document: of an order whose lines take more only the products are
# named, those of the fullest cart fit, and the lines follow in as many facts as they need.
FACT_BYTES = 32_768

# What each move has in common: the row it moved gets an event numbered by its new version.


def _move(change: str, kind: str, data: str, select: str) -> Statement:
    return Statement(
        f"""
        WITH moved AS (
            UPDATE orders SET {change} RETURNING *
        ), noted AS (
            INSERT INTO order_event (order_id, seq, kind, data, at)
            SELECT id, version, '{kind}', {data}, updated_at FROM moved
        )
        SELECT {select} FROM moved
        """  # noqa: S608  # constants of this module
    )


_confirm = _move(
    """
    status = 'processing', payment_status = 'paid', next_action_url = NULL,
    number = nextval('order_number')::text, version = version + 1, confirmed_at = $2,
    updated_at = $2 WHERE id = $1 AND status = 'pending'
    """,
    "confirmed",
    "jsonb_build_object('number', number)",
    """
    number, cart_id, customer_id, email, currency, total_minor, subtotal_minor, discount_minor,
    shipping_minor, tax_minor, included_tax_minor,
    (SELECT json_agg(line)::text FROM (
        SELECT variant_id, product_id, sku, title, quantity, unit_price_minor, total_minor
        FROM order_line WHERE order_id = $1 ORDER BY position
    ) AS line)
    """,
)
_cancel = _move(
    """
    status = 'cancelled', next_action_url = NULL, cancellation_code = $3::text,
    cancellation_detail = $4, version = version + 1, cancelled_at = $2, updated_at = $2,
    payment_status = CASE WHEN $3::text LIKE 'payments.%' THEN 'failed' ELSE 'unpaid' END
    WHERE id = $1 AND status = 'pending'
    """,
    "cancelled",
    "jsonb_build_object('code', cancellation_code, 'detail', cancellation_detail)",
    "cart_id, customer_id, email, currency, total_minor",
)
_await_action = _move(
    """
    next_action_url = $3, version = version + 1, updated_at = $2
    WHERE id = $1 AND status = 'pending'
    """,
    "action_required",
    "jsonb_build_object('url', next_action_url)",
    "id",
)
_progress = _move(
    """
    status = $3::text, version = version + 1, updated_at = $2,
    fulfilment_status =
        CASE fulfilment_status WHEN 'unfulfilled' THEN $4::text ELSE fulfilment_status END
    WHERE id = $1 AND status <> $3::text
    """,
    "status_changed",
    "jsonb_build_object('status', status)",
    "id",
)


def confirm(session: Session, order_id: UUID, redemptions: tuple[Redemption, ...]) -> None:
    """The order is paid: it gets its number, and whoever listens is told."""
    now = clock.now()
    row = _confirm.first(session, order_id, now)
    if row is None:
        return
    number, cart_id, customer_id, email, currency, total_minor, *amounts, lines = row
    omitted = len(lines.encode()) > FACT_BYTES
    sold = msgspec.json.decode(lines, type=tuple[SoldLine, ...])
    fact = OrderConfirmed(
        order_id=order_id,
        number=number,
        cart_id=cart_id,
        customer_id=customer_id,
        email=email,
        currency=currency,
        total_minor=total_minor,
        confirmed_at=now,
        lines=() if omitted else sold,
        lines_omitted=omitted,
        product_ids=tuple(sorted({line.product_id for line in sold})) if omitted else (),
        amounts=_amounts(*amounts),
        redemptions=redemptions,
    )
    announce(session, fact)
    for part in _parts(fact, sold) if omitted else ():
        announce(session, part)


def cancel(session: Session, order_id: UUID, code: str, detail: str) -> None:
    """Everything was given back: the order ends, with the reason."""
    now = clock.now()
    row = _cancel.first(session, order_id, now, code, detail)
    if row is None:
        return
    announce(session, _cancelled(order_id, row, code, detail, now))


def await_action(session: Session, order_id: UUID, url: str | None) -> None:
    """The buyer has to do something at the payment provider."""
    _await_action.later(session, order_id, clock.now(), url)


def progress(session: Session, order_id: UUID, status: str, fulfilment: str) -> None:
    """The goods are on their way, or there; some that came back already stay returned."""
    _progress.later(session, order_id, clock.now(), status, fulfilment)


def _cancelled(
    order_id: UUID, row: tuple[Any, ...], code: str, detail: str, now: datetime
) -> OrderCancelled:
    cart_id, customer_id, email, currency, total_minor = row
    return OrderCancelled(
        order_id=order_id,
        cart_id=cart_id,
        customer_id=customer_id,
        email=email,
        currency=currency,
        total_minor=total_minor,
        code=code,
        detail=detail,
        cancelled_at=now,
    )


def _amounts(
    subtotal: int, discount: int, shipping: int, tax: int, included_tax: int
) -> OrderAmounts:
    return OrderAmounts(
        subtotal_minor=subtotal,
        discount_minor=discount,
        shipping_minor=shipping,
        tax_minor=tax,
        included_tax_minor=included_tax,
    )


def _parts(order: OrderConfirmed, lines: Sequence[SoldLine]) -> Iterator[OrderLinesSold]:
    """The lines in facts that are each small enough."""
    begun = size = 0
    for index, line in enumerate(lines):
        wide = len(msgspec.json.encode(line))
        if index > begun and size + wide > FACT_BYTES:
            yield _part(order, begun, lines[begun:index])
            begun, size = index, 0
        size += wide
    yield _part(order, begun, lines[begun:])


def _part(order: OrderConfirmed, begun: int, lines: Sequence[SoldLine]) -> OrderLinesSold:
    return OrderLinesSold(
        order_id=order.order_id,
        currency=order.currency,
        confirmed_at=order.confirmed_at,
        first=begun + 1,
        lines=tuple(lines),
    )
