"""How a price came to be: a ledger of steps that starts at nothing and ends at the total."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from services.carts.rules.basket import Line, Terms
from services.carts.rules.discounts import Decision
from services.carts.rules.pricing import Pricing, Rules, price
from services.carts.rules.promotions import Promotion
from services.carts.rules.tax import SHIPPING_CATEGORY, find_rate, tax_on

# "split": shares of one amount by largest remainder, which "half_up_split" was rounded before.
Rounding = Literal["none", "half_up", "split", "half_up_split"]
_ROUNDING: dict[str, Rounding] = {
    "percentage": "half_up_split",
    "fixed": "split",
    "buy_x_get_y": "half_up",
}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One effect on the total; without a variant it concerns the shipping.

    `base_minor` is what the rule was applied to. `included_minor` is tax inside of that, which
    changes nothing.
    """

    kind: Literal["goods", "discount", "shipping", "free_shipping", "tax"]
    rule: str
    variant_id: UUID | None = None
    promotion_id: UUID | None = None
    base_minor: int
    basis_points: int | None = None
    rounding: Rounding = "none"
    amount_minor: int
    included_minor: int = 0


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The steps in their order, what became of each promotion, and the price that results."""

    steps: tuple[Step, ...]
    decisions: tuple[Decision, ...]
    pricing: Pricing


def explain(lines: Sequence[Line], rules: Rules, terms: Terms) -> Explanation:
    """The price of the lines, step by step: the amounts of the steps sum up to its total."""
    pricing = price(lines, rules, terms)
    ordered = sorted(lines, key=lambda line: line.variant_id)
    promotions = {promotion.id: promotion for promotion in rules.promotions}
    steps = (
        *_goods(ordered),
        *_discounts(ordered, pricing.decisions, promotions),
        *_shipping(pricing),
        *_taxes(ordered, pricing, rules, terms),
    )
    return Explanation(steps=steps, decisions=pricing.decisions, pricing=pricing)


def _goods(lines: Sequence[Line]) -> Iterator[Step]:
    for line in lines:
        yield Step(
            kind="goods",
            rule="quantity times unit price",
            variant_id=line.variant_id,
            base_minor=line.unit_price_minor,
            amount_minor=line.amount_minor,
        )


def _discounts(
    lines: Sequence[Line], decisions: Sequence[Decision], promotions: Mapping[UUID, Promotion]
) -> Iterator[Step]:
    left = [line.amount_minor for line in lines]
    for decision in decisions:
        promotion = promotions[decision.promotion_id]
        for index, part in enumerate(decision.by_line):
            if part:
                yield Step(
                    kind="discount",
                    rule=decision.name,
                    variant_id=lines[index].variant_id,
                    promotion_id=decision.promotion_id,
                    base_minor=left[index],
                    basis_points=None if decision.kind == "fixed" else promotion.share,
                    rounding=_ROUNDING[decision.kind],
                    amount_minor=-part,
                )
                left[index] -= part


def _shipping(pricing: Pricing) -> Iterator[Step]:
    if pricing.shipping is None:
        return
    waived = [each for each in pricing.discounts if each.target == "shipping"]
    full = pricing.shipping.price_minor + sum(each.discount_minor for each in waived)
    yield Step(kind="shipping", rule=pricing.shipping.method, base_minor=full, amount_minor=full)
    for each in waived:
        if each.discount_minor:
            yield Step(
                kind="free_shipping",
                rule=each.name,
                promotion_id=each.promotion_id,
                base_minor=full,
                amount_minor=-each.discount_minor,
            )


def _taxes(lines: Sequence[Line], pricing: Pricing, rules: Rules, terms: Terms) -> Iterator[Step]:
    taken = {line.variant_id: line.discount_minor for line in pricing.lines}
    taxed: list[tuple[str, UUID | None, int]] = [
        (line.tax_category, line.variant_id, line.amount_minor - taken[line.variant_id])
        for line in lines
    ]
    if pricing.shipping is not None:
        taxed.append((SHIPPING_CATEGORY, None, pricing.shipping.price_minor))
    for category, variant_id, base in taxed:
        rate = find_rate(rules.tax_rates, category, terms.country)
        if rate is not None:
            tax = tax_on(base, rate)
            yield Step(
                kind="tax",
                rule=f"{category} in {rate.country}",
                variant_id=variant_id,
                base_minor=base,
                basis_points=rate.rate_basis_points,
                rounding="half_up",
                amount_minor=tax.added_minor,
                included_minor=tax.included_minor,
            )
