"""What confirmed orders and refunds are worth."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from libs.contracts.orders import (
    OrderAmounts,
    OrderConfirmed,
    OrderLine,
    OrderLinesSold,
    ReturnSettled,
)
from libs.db.statement import Statement

_SALE = Statement(
    """
    INSERT INTO sale (generation, order_id, number, customer_id, currency, total_minor,
        subtotal_minor, discount_minor, shipping_minor, tax_minor, included_tax_minor,
        confirmed_at)
    SELECT generation, $2::uuid, $3, $4::uuid, $5, $6::bigint, $7::bigint, $8::bigint, $9::bigint,
        $10::bigint, $11::bigint, $12::timestamptz
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT DO NOTHING
    """
)
_LINES = Statement(
    """
    INSERT INTO sale_line (generation, order_id, currency, confirmed_at, position, product_id,
        variant_id, sku, title, quantity, total_minor)
    SELECT generation, $2::uuid, $3, $4::timestamptz, line.*
    FROM unnest($1::bigint[]) AS g (generation),
        unnest($5::bigint[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::bigint[],
            $11::bigint[]) AS line
    ON CONFLICT DO NOTHING
    """
)
_COUPONS = Statement(
    """
    INSERT INTO coupon_use (generation, order_id, code, promotion_id, discount_minor)
    SELECT generation, $2::uuid, used.*
    FROM unnest($1::bigint[]) AS g (generation),
        unnest($3::text[], $4::uuid[], $5::bigint[]) AS used
    ON CONFLICT DO NOTHING
    """
)
_REFUND = Statement(
    """
    INSERT INTO refund (generation, return_id, order_id, currency, amount_minor, refunded_at)
    SELECT generation, $2::uuid, $3::uuid, $4, $5::bigint, $6::timestamptz
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT DO NOTHING
    """
)
_REFUND_LINES = Statement(
    """
    INSERT INTO refund_line (generation, return_id, position, quantity, amount_minor)
    SELECT generation, $2::uuid, line.*
    FROM unnest($1::bigint[]) AS g (generation),
        unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS line
    ON CONFLICT DO NOTHING
    """
)


def add_sale(session: Session, generations: list[int], fact: OrderConfirmed) -> None:
    """Count the order with its lines and coupons, once."""
    amounts = fact.amounts or _all_goods(fact.total_minor)
    _SALE.later(
        session,
        generations,
        fact.order_id,
        fact.number,
        fact.customer_id,
        fact.currency,
        fact.total_minor,
        amounts.subtotal_minor,
        amounts.discount_minor,
        amounts.shipping_minor,
        amounts.tax_minor,
        amounts.included_tax_minor,
        fact.confirmed_at,
    )
    _add_lines(session, generations, fact, 1, fact.lines)
    if fact.redemptions:
        used = [(one.code, one.promotion_id, one.discount_minor) for one in fact.redemptions]
        _COUPONS.later(session, generations, fact.order_id, *map(list, zip(*used, strict=True)))


def add_lines(session: Session, generations: list[int], fact: OrderLinesSold) -> None:
    """Count lines of a very long order."""
    _add_lines(session, generations, fact, fact.first, fact.lines)


def add_refund(session: Session, generations: list[int], fact: ReturnSettled) -> None:
    """Count what went back, once."""
    _REFUND.later(
        session,
        generations,
        fact.return_id,
        fact.order_id,
        fact.currency,
        fact.amount_minor,
        fact.settled_at,
    )
    lines = [(line.position, line.quantity, line.amount_minor) for line in fact.lines]
    _REFUND_LINES.later(session, generations, fact.return_id, *map(list, zip(*lines, strict=True)))


def _add_lines(
    session: Session,
    generations: list[int],
    order: OrderConfirmed | OrderLinesSold,
    first: int,
    lines: Sequence[OrderLine],
) -> None:
    rows = [
        (
            position,
            line.product_id,
            line.variant_id,
            line.sku,
            line.title,
            line.quantity,
            line.total_minor,
        )
        for position, line in enumerate(lines, first)
    ]
    if rows:
        of_order = (order.order_id, order.currency, order.confirmed_at)
        _LINES.later(session, generations, *of_order, *map(list, zip(*rows, strict=True)))


def _all_goods(total: int) -> OrderAmounts:
    """Of an order from a release that did not tell more than its total."""
    return OrderAmounts(
        subtotal_minor=total,
        discount_minor=0,
        shipping_minor=0,
        tax_minor=0,
        included_tax_minor=0,
    )
