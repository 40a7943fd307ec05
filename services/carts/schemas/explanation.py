"""How the explanation of a price is shown."""

from itertools import accumulate
from typing import Any

import marshmallow as ma

from libs.http.fields import Currency, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.money import Money
from services.carts.queries.carts import ExplainedCart
from services.carts.rules.discounts import Decision


class PriceStepSchema(Schema):
    """One effect on the total; without an item it concerns the shipping.

    `rounding` is none, half_up, split (shares of one amount by largest remainder) or half_up_split
    (the same of an amount that was rounded before). `included` is tax inside of the base.
    """

    kind = Text(required=True)
    rule = Text(required=True)
    item_id = Id("itm", required=True, allow_none=True)
    promotion_id = Id("pro", required=True, allow_none=True)
    base = MoneyField(required=True)
    basis_points = Integer(required=True, allow_none=True)
    rounding = Text(required=True)
    amount = MoneyField(required=True)
    included = MoneyField(required=True)
    total = MoneyField(required=True)


class ConsideredPromotionSchema(Schema):
    """A promotion in the order in which it was looked at, and the reason if it was passed over."""

    promotion_id = Id("pro", required=True)
    name = Text(required=True)
    kind = Text(required=True)
    code = Text(required=True, allow_none=True)
    priority = Integer(required=True)
    stackable = ma.fields.Boolean(required=True)
    applied = ma.fields.Boolean(required=True)
    reason = Text(required=True, allow_none=True)
    discount = MoneyField(required=True)


class ExplainedPriceSchema(Schema):
    """The price of a cart, step by step: each starts at the total of the one before."""

    cart_id = Id("crt", required=True)
    version = Integer(required=True)
    currency = Currency(required=True)
    at = Timestamp(required=True)
    steps = ma.fields.List(ma.fields.Nested(PriceStepSchema), required=True)
    promotions = ma.fields.List(ma.fields.Nested(ConsideredPromotionSchema), required=True)
    total = MoneyField(required=True)

    @ma.pre_dump
    def shape(self, explained: ExplainedCart, **_: Any) -> dict[str, Any]:
        """Money instead of minor units, items instead of variants, and the total so far."""
        cart, currency = explained.cart, explained.cart.currency
        explanation = explained.explanation
        return {
            "cart_id": cart.id,
            "version": cart.version,
            "currency": currency,
            "at": explained.at,
            "steps": _steps(explained),
            "promotions": [_considered(each, currency) for each in explanation.decisions],
            "total": Money(explanation.pricing.totals.total_minor, currency),
        }


def _steps(explained: ExplainedCart) -> list[dict[str, Any]]:
    currency, steps = explained.cart.currency, explained.explanation.steps
    items = {position.variant_id: position.item_id for position in explained.positions}
    totals = accumulate(step.amount_minor for step in steps)
    return [
        {
            "kind": step.kind,
            "rule": step.rule,
            "item_id": items[step.variant_id] if step.variant_id else None,
            "promotion_id": step.promotion_id,
            "base": Money(step.base_minor, currency),
            "basis_points": step.basis_points,
            "rounding": step.rounding,
            "amount": Money(step.amount_minor, currency),
            "included": Money(step.included_minor, currency),
            "total": Money(total, currency),
        }
        for step, total in zip(steps, totals, strict=True)
    ]


def _considered(decision: Decision, currency: str) -> dict[str, Any]:
    return {
        "promotion_id": decision.promotion_id,
        "name": decision.name,
        "kind": decision.kind,
        "code": decision.code,
        "priority": decision.priority,
        "stackable": decision.stackable,
        "applied": decision.reason is None,
        "reason": decision.reason,
        "discount": Money(sum(decision.by_line), currency),
    }
