"""The price of a cart: one pure function of its lines, the shop's rules and the buyer's terms.

Whole minor units only. Always, for a line and for the cart:
`total = subtotal - discount + shipping + tax`, where `tax` is what is added to the prices;
`included_tax` is the tax that prices already contain and changes no sum. Discounts are rounded half
up once for the cart and split over the lines by largest remainder; tax is rounded half up per line.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from services.carts.rules.basket import Customer, Line, Terms
from services.carts.rules.discounts import Decision, Discount, reduce
from services.carts.rules.promotions import Promotion, Reason
from services.carts.rules.shipping import Quote, ShippingMethod, choose, quote
from services.carts.rules.tax import NO_TAX, SHIPPING_CATEGORY, Tax, TaxRate, find_rate, tax_on


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's side of the price, and what it knows of the customers who ask."""

    promotions: tuple[Promotion, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    shipping_methods: tuple[ShippingMethod, ...] = ()
    customers: dict[UUID, Customer] = {}


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a line comes to."""

    variant_id: UUID
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the cart comes to."""

    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int


class Pricing(msgspec.Struct, frozen=True, kw_only=True):
    """A priced cart, its lines in the order given; `shipping` is None where no rate holds.

    `decisions` say what became of each promotion, by line in the order of variants.
    """

    lines: tuple[PricedLine, ...]
    discounts: tuple[Discount, ...]
    decisions: tuple[Decision, ...]
    coupon_faults: dict[str, Reason]
    shipping: Quote | None
    totals: Totals


def price(lines: Sequence[Line], rules: Rules, terms: Terms) -> Pricing:
    """Price the lines. The result does not depend on their order."""
    # One order for the split, so that a tie of remainders falls to the same variant every time.
    ordered = sorted(lines, key=lambda line: line.variant_id)
    reduced = reduce(ordered, rules.promotions, terms)
    rates = _rates(ordered, rules, terms)
    priced = [
        _priced(line, discount, rates[line.tax_category])
        for line, discount in zip(ordered, reduced.by_line, strict=True)
    ]
    subtotal = sum(line.amount_minor for line in ordered)
    shipping = _shipping(rules, terms, subtotal - sum(reduced.by_line)) if lines else None
    applied = reduced.applied(shipping.price_minor if shipping else 0)
    if shipping and reduced.free_shipping:
        shipping = msgspec.structs.replace(shipping, price_minor=0)
    by_variant = {line.variant_id: line for line in priced}
    return Pricing(
        lines=tuple(by_variant[line.variant_id] for line in lines),
        discounts=applied,
        decisions=reduced.decisions,
        coupon_faults=reduced.faults,
        shipping=shipping,
        totals=_totals(priced, subtotal, shipping, _shipping_tax(shipping, rules, terms)),
    )


def _rates(lines: Sequence[Line], rules: Rules, terms: Terms) -> dict[str, TaxRate | None]:
    categories = {line.tax_category for line in lines}
    return {name: find_rate(rules.tax_rates, name, terms.country) for name in categories}


def _priced(line: Line, discount_minor: int, rate: TaxRate | None) -> PricedLine:
    amount = line.amount_minor - discount_minor
    tax = tax_on(amount, rate)
    return PricedLine(
        variant_id=line.variant_id,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_minor=discount_minor,
        tax_minor=tax.added_minor,
        included_tax_minor=tax.included_minor,
        total_minor=amount + tax.added_minor,
    )


def _shipping(rules: Rules, terms: Terms, goods_minor: int) -> Quote | None:
    method = choose(rules.shipping_methods, terms.shipping_method)
    if method is None:
        return None
    return quote(method, country=terms.country, currency=terms.currency, goods_minor=goods_minor)


def _shipping_tax(shipping: Quote | None, rules: Rules, terms: Terms) -> Tax:
    if shipping is None:
        return NO_TAX
    return tax_on(
        shipping.price_minor, find_rate(rules.tax_rates, SHIPPING_CATEGORY, terms.country)
    )


def _totals(
    lines: Sequence[PricedLine], subtotal: int, shipping: Quote | None, shipping_tax: Tax
) -> Totals:
    shipping_minor = shipping.price_minor if shipping else 0
    goods = sum(line.total_minor for line in lines)
    return Totals(
        subtotal_minor=subtotal,
        discount_minor=sum(line.discount_minor for line in lines),
        shipping_minor=shipping_minor,
        tax_minor=sum(line.tax_minor for line in lines) + shipping_tax.added_minor,
        included_tax_minor=sum(line.included_tax_minor for line in lines)
        + shipping_tax.included_minor,
        total_minor=goods + shipping_minor + shipping_tax.added_minor,
    )
