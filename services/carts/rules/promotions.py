"""Which promotions a cart earns, in which order, and why it does not earn the others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.carts.rules.basket import Customer, Line, Terms
from services.carts.rules.rounding import BASIS

Kind = Literal["percentage", "fixed", "buy_x_get_y", "free_shipping"]
# Why a promotion takes nothing off; "invalid" is one that is unknown, off, ended or not begun.
Reason = Literal[
    "invalid",
    "currency",
    "minimum_not_reached",
    "not_for_customer",
    "not_first_order",
    "not_applicable",
    "not_combinable",
    "budget_used_up",
]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """These products and all products of these categories; without any of both everything."""

    category_ids: tuple[UUID, ...] = ()
    product_ids: tuple[UUID, ...] = ()

    def holds(self, line: Line) -> bool:
        """Whether the line is meant."""
        if not self.category_ids and not self.product_ids:
            return True
        return line.product_id in self.product_ids or any(
            category in self.category_ids for category in line.category_ids
        )


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of discount; `codes` holds those of its coupon codes that the cart names.

    `budget_left_minor` is what its budget held when promotions told of it last, so a hint alone.
    """

    id: UUID
    name: str
    active: bool
    kind: Kind
    percent_basis_points: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    minimum_subtotal_minor: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    codes: tuple[str, ...] = ()
    automatic: bool = False
    priority: int = 0
    stackable: bool = False
    scope: Scope = Scope()
    buy_quantity: int | None = None
    get_quantity: int | None = None
    reward: Scope | None = None
    customer_groups: tuple[str, ...] = ()
    first_order: bool = False
    redemption_code: str | None = None
    budget_left_minor: int | None = None

    @property
    def share(self) -> int:
        """Basis points that it takes off; pieces that come with others are free by default."""
        return BASIS if self.percent_basis_points is None else self.percent_basis_points

    def running(self, at: datetime) -> bool:
        """Whether it is switched on and the time is inside its validity, the end left out."""
        begun = self.starts_at is None or self.starts_at <= at
        return self.active and begun and (self.ends_at is None or at < self.ends_at)

    def combines_with(self, other: "Promotion") -> bool:
        """Two promotions meet in one cart only when both of them may."""
        return self.stackable and other.stackable

    def suits(self, customer: Customer | None) -> Reason | None:
        """Why this customer does not get it."""
        groups = customer.groups if customer else ()
        if self.customer_groups and not any(group in self.customer_groups for group in groups):
            return "not_for_customer"
        if self.first_order and (customer is None or customer.ordered):
            return "not_first_order"
        return None


def in_order(promotions: Sequence[Promotion]) -> list[Promotion]:
    """The highest priority first; of equal ones the older, by its identifier."""
    return sorted(promotions, key=lambda promotion: (-promotion.priority, promotion.id))


def objection(
    promotion: Promotion, lines: Sequence[Line], terms: Terms, last: Promotion | None
) -> Reason | None:
    """Why the promotion takes nothing off, after the last one that did."""
    if not promotion.running(terms.at):
        return "invalid"
    if promotion.currency is not None and promotion.currency != terms.currency:
        return "currency"
    if sum(line.amount_minor for line in lines) < promotion.minimum_subtotal_minor:
        return "minimum_not_reached"
    reason = promotion.suits(terms.customer)
    if reason is None and not any(promotion.scope.holds(line) for line in lines):
        reason = "not_applicable"
    if reason is None and last is not None and not promotion.combines_with(last):
        reason = "not_combinable"
    return reason
