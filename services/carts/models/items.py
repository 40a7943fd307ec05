"""The items of a cart beside what the shop offers, each read and written in one statement."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.carts.rules.readiness import Offer, Position

_OFFER = """
    v.id, v.product_id, v.sku, v.title, v.tax_category, v.active, coalesce(s.available, 0),
    v.category_ids
"""

_OFFERS = Statement(
    f"""
    SELECT {_OFFER}, (v.prices ->> $1)::bigint
    FROM variant v LEFT JOIN stock_level s ON s.variant_id = v.id
    WHERE v.id = ANY ($2::uuid[]) OR v.sku = ANY ($3::text[])
    ORDER BY v.active, v.id
    """  # noqa: S608  constants
)
_POSITIONS = Statement(
    f"""
    SELECT i.cart_id, i.id, i.variant_id, i.quantity, i.unit_price_seen, {_OFFER},
        (v.prices ->> c.currency)::bigint
    FROM cart c JOIN cart_item i ON i.cart_id = c.id
    LEFT JOIN variant v ON v.id = i.variant_id
    LEFT JOIN stock_level s ON s.variant_id = i.variant_id
    WHERE c.id = ANY ($1::uuid[])
    ORDER BY i.id
    """  # noqa: S608  constants
)
_PUT = Statement(
    """
    INSERT INTO cart_item (id, cart_id, variant_id, quantity, unit_price_seen)
    SELECT i.id, $1::uuid, i.variant_id, i.quantity, i.seen
    FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])
        AS i (id, variant_id, quantity, seen)
    ON CONFLICT (cart_id, variant_id) DO UPDATE
        SET quantity = excluded.quantity, unit_price_seen = excluded.unit_price_seen
    """
)
_REMOVE = Statement(
    "DELETE FROM cart_item WHERE cart_id = $1::uuid AND NOT (variant_id = ANY ($2::uuid[]))"
)

_ITEM_COLUMNS = 4


def find_offers(
    session: Session, currency: str, variant_ids: Iterable[UUID], skus: Iterable[str]
) -> list[Offer]:
    """What the shop offers under these names; of equal skus the one that is sold comes last."""
    rows = _OFFERS.rows(session, currency, list(variant_ids), list(skus))
    return [_offer(row) for row in rows]


def find_positions(session: Session, cart_id: UUID) -> list[Position]:
    """The items of the cart, in the order they were put in."""
    return list_positions(session, [cart_id])[cart_id]


def list_positions(session: Session, cart_ids: Sequence[UUID]) -> dict[UUID, list[Position]]:
    """The items of each cart, in the order they were put in."""
    positions: dict[UUID, list[Position]] = {cart_id: [] for cart_id in cart_ids}
    for cart_id, *row in _POSITIONS.rows(session, list(cart_ids)):
        positions[cart_id].append(_position(row))
    return positions


def put_items(session: Session, cart_id: UUID, positions: Sequence[Position]) -> None:
    """Store these items of a locked cart, new or changed."""
    _PUT.later(session, cart_id, *item_columns(positions))


def keep_only(session: Session, cart_id: UUID, positions: Sequence[Position]) -> None:
    """Remove every other item of a locked cart."""
    _REMOVE.later(session, cart_id, [position.variant_id for position in positions])


def item_columns(positions: Sequence[Position]) -> tuple[list[Any], ...]:
    """Identifiers, variants, quantities and prices seen, as parallel arrays."""
    return (
        [position.item_id for position in positions],
        [position.variant_id for position in positions],
        [position.quantity for position in positions],
        [position.seen_minor for position in positions],
    )


def _offer(row: Sequence[Any]) -> Offer:
    variant_id, product_id, sku, title, tax_category, active, available, categories, price = row
    return Offer(
        variant_id=variant_id,
        product_id=product_id,
        sku=sku,
        title=title,
        tax_category=tax_category,
        active=active,
        available=available,
        price_minor=price,
        category_ids=tuple(categories),
    )


def _position(row: Sequence[Any]) -> Position:
    item_id, variant_id, quantity, seen_minor = row[:_ITEM_COLUMNS]
    offer = row[_ITEM_COLUMNS:]
    return Position(
        item_id=item_id,
        variant_id=variant_id,
        quantity=quantity,
        seen_minor=seen_minor,
        offer=None if offer[0] is None else _offer(offer),
    )
