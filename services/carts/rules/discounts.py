"""What the promotions of a cart take off which line, one after the other."""

from collections.abc import Sequence
from itertools import compress
from typing import Literal
from uuid import UUID

import msgspec

from libs.money import split
from services.carts.rules.basket import Line, Terms
from services.carts.rules.promotions import (
    Kind,
    Promotion,
    Reason,
    Scope,
    in_order,
    objection,
)
from services.carts.rules.rounding import BASIS, portion


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion took off the goods or the shipping; `code` is the coupon that earned it.

    Those of the goods sum up to the discount of the cart; shipping is shown as what it then costs.
    `redeemed_as` is the code that promotions counts it by, if it counts it.
    """

    promotion_id: UUID
    name: str
    code: str | None
    discount_minor: int
    target: Literal["goods", "shipping"] = "goods"
    redeemed_as: str | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one promotion: a reason against it, or what it took off each line."""

    promotion_id: UUID
    name: str
    kind: Kind
    priority: int
    stackable: bool
    first_order: bool
    code: str | None
    redemption_code: str | None
    reason: Reason | None = None
    by_line: tuple[int, ...] = ()


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """The discount of each line, what became of each promotion, and of coupons that earned
    nothing."""

    by_line: tuple[int, ...]
    decisions: tuple[Decision, ...]
    faults: dict[str, Reason]

    @property
    def free_shipping(self) -> bool:
        """Whether a promotion pays for the shipping."""
        return any(each.kind == "free_shipping" for each in self.decisions if not each.reason)

    def applied(self, shipping_minor: int) -> tuple[Discount, ...]:
        """The discounts in their order, where sending the cart would cost so much.

        The first promotion that pays for the shipping leaves nothing to the others.
        """
        waived = []
        for each in self.decisions:
            if not each.reason:
                is_shipping = each.kind == "free_shipping"
                amount = shipping_minor if is_shipping else sum(each.by_line)
                shipping_minor = 0 if is_shipping else shipping_minor
                waived.append(_discount(each, amount))
        return tuple(waived)


def reduce(lines: Sequence[Line], promotions: Sequence[Promotion], terms: Terms) -> Reduction:
    """Apply the earned promotions one after the other, each to what the earlier ones left.

    A promotion that is not stackable applies alone: when it comes first the others are passed over,
    when it does not it is. A coupon counts once, and each promotion counts once however many of its
    coupons are named. Lines come in the order in which ties of a split are settled.
    """
    faults: dict[str, Reason] = dict.fromkeys(terms.coupons, "invalid")
    remaining = [line.amount_minor for line in lines]
    decisions: list[Decision] = []
    last: Promotion | None = None
    for promotion in in_order(promotions):
        # A coupon that counted already has left the faults.
        named = [code for code in faults if code in promotion.codes]
        if not promotion.automatic and not named:
            continue
        reason = objection(promotion, lines, terms, last)
        taken = () if reason else _take(promotion, lines, remaining)
        if taken is None:
            reason, taken = "not_applicable", ()
        elif not _affordable(promotion, taken):
            reason, taken = "budget_used_up", ()
        decisions.append(_decision(promotion, named, reason, taken))
        if reason:
            faults |= dict.fromkeys(named, reason)
            continue
        remaining = [left - part for left, part in zip(remaining, taken, strict=True)]
        faults |= dict.fromkeys(named[1:], "not_combinable")
        if named:
            faults.pop(named[0])
        last = promotion
    by_line = tuple(line.amount_minor - left for line, left in zip(lines, remaining, strict=True))
    return Reduction(by_line=by_line, decisions=tuple(decisions), faults=faults)


def _take(
    promotion: Promotion, lines: Sequence[Line], remaining: Sequence[int]
) -> tuple[int, ...] | None:
    """What it takes off each line, never more than is left; None if there is nothing to take."""
    if promotion.kind == "free_shipping":
        return tuple(0 for _ in lines)
    if promotion.kind == "buy_x_get_y":
        return _take_pieces(promotion, lines, remaining)
    base = [
        left if promotion.scope.holds(line) else 0
        for line, left in zip(lines, remaining, strict=True)
    ]
    if promotion.kind == "fixed":
        total = min(promotion.amount_minor or 0, sum(base))
    else:
        total = portion(sum(base), promotion.share)
    return tuple(split(total, base))


def _take_pieces(
    promotion: Promotion, lines: Sequence[Line], remaining: Sequence[int]
) -> tuple[int, ...] | None:
    """Take the share off the cheapest pieces that the bought ones earn, rounded once per line."""
    rewarded = [(promotion.reward or promotion.scope).holds(line) for line in lines]
    left_to_give = _earned_pieces(promotion, lines, rewarded)
    if not left_to_give:
        return None
    cheapest_first = sorted(
        compress(range(len(lines)), rewarded),
        key=lambda index: (lines[index].unit_price_minor, lines[index].variant_id),
    )
    taken = [0] * len(lines)
    for index in cheapest_first:
        given = min(left_to_give, lines[index].quantity)
        left_to_give -= given
        taken[index] = portion(
            remaining[index], given * promotion.share, lines[index].quantity * BASIS
        )
    return tuple(taken)


def _earned_pieces(promotion: Promotion, lines: Sequence[Line], rewarded: Sequence[bool]) -> int:
    """How many pieces are reduced. A piece that is reduced never counts as bought."""
    buy, get = promotion.buy_quantity or 1, promotion.get_quantity or 1
    rewardable = sum(line.quantity for line in compress(lines, rewarded))
    if promotion.reward is None:
        groups, rest = divmod(rewardable, buy + get)
        return groups * get + max(rest - buy, 0)
    bought = _bought(promotion.scope, lines, rewarded)
    return min(bought // buy * get, rewardable)


def _bought(scope: Scope, lines: Sequence[Line], rewarded: Sequence[bool]) -> int:
    return sum(
        line.quantity
        for line, is_reward in zip(lines, rewarded, strict=True)
        if scope.holds(line) and not is_reward
    )


def _affordable(promotion: Promotion, taken: Sequence[int]) -> bool:
    """Whether the budget holds so much; of shipping, whose price is not known yet, anything."""
    left = promotion.budget_left_minor
    return left is None or sum(taken) <= left > 0


def _decision(
    promotion: Promotion, named: Sequence[str], reason: Reason | None, taken: tuple[int, ...]
) -> Decision:
    return Decision(
        promotion_id=promotion.id,
        name=promotion.name,
        kind=promotion.kind,
        priority=promotion.priority,
        stackable=promotion.stackable,
        first_order=promotion.first_order,
        code=named[0] if named else None,
        redemption_code=promotion.redemption_code,
        reason=reason,
        by_line=taken,
    )


def _discount(decision: Decision, discount_minor: int) -> Discount:
    return Discount(
        promotion_id=decision.promotion_id,
        name=decision.name,
        code=decision.code,
        discount_minor=discount_minor,
        target="shipping" if decision.kind == "free_shipping" else "goods",
        redeemed_as=decision.code or decision.redemption_code,
    )
