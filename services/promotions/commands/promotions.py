"""Create, change and end promotions; each change is announced with the transaction."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.money import Money
from services.promotions.commands.announcements import announce_change, announce_promotion
from services.promotions.errors import LimitBelowUse, PromotionInvalid, PromotionNotFound
from services.promotions.models import Coupon, Promotion
from services.promotions.rules.codes import random_code

VersionCheck = Callable[[int], None]
_AMOUNTS = ("amount", "minimum_subtotal", "budget")
_PIECES = ("buy_quantity", "get_quantity")


def create_promotion(session: Session, values: dict[str, Any]) -> Promotion:
    """Offer a discount. Amounts are Money of one currency. Refused with PromotionInvalid."""
    amounts = {name: values.get(name) for name in _AMOUNTS}
    currencies = {money.currency for money in amounts.values() if money is not None}
    if len(currencies) > 1:
        raise PromotionInvalid("the amounts of a promotion are of one currency")
    plain = {name: value for name, value in values.items() if name not in _AMOUNTS}
    promotion = Promotion(
        **plain,
        currency=next(iter(currencies), None),
        amount_minor=_minor(amounts["amount"]),
        minimum_subtotal_minor=_minor(amounts["minimum_subtotal"]) or 0,
        budget_minor=_minor(amounts["budget"]),
    )
    if promotion.automatic and promotion.budget_minor is not None:
        promotion.redemption_code = random_code("ALL-")
    _require_sound(promotion)
    session.add(promotion)
    session.flush()
    if promotion.redemption_code is not None:
        _count_budget(session, promotion, promotion.redemption_code)
    announce_promotion(session, promotion)
    return promotion


def change_promotion(
    session: Session, promotion_id: UUID, changes: dict[str, Any], check: VersionCheck
) -> Promotion:
    """Replace what is given; kind, currency and whether it has a budget stay."""
    promotion = lock_promotion(session, promotion_id)
    check(promotion.version)
    for name, value in changes.items():
        if name in _AMOUNTS:
            _require_currency(promotion, value)
            setattr(promotion, f"{name}_minor", value.amount)
        else:
            setattr(promotion, name, value)
    if "budget" in changes and promotion.spent is None:
        raise PromotionInvalid("a promotion without a budget cannot get one later")
    _require_sound(promotion)
    announce_change(session, promotion)
    return promotion


def delete_promotion(session: Session, promotion_id: UUID, check: VersionCheck) -> None:
    """End the promotion and all its coupons for good."""
    promotion = lock_promotion(session, promotion_id)
    check(promotion.version)
    promotion.deleted_at = clock.now()
    announce_change(session, promotion)


def lock_promotion(session: Session, promotion_id: UUID) -> Promotion:
    """The promotion, locked; so its versions are announced one after the other."""
    wanted = select(Promotion).where(Promotion.id == promotion_id, Promotion.deleted_at.is_(None))
    promotion = session.scalar(wanted.with_for_update(key_share=True))
    if promotion is None:
        raise PromotionNotFound("there is no such promotion")
    return promotion


def _count_budget(session: Session, promotion: Promotion, code: str) -> None:
    """Give a promotion for everybody the one coupon that orders redeem it by."""
    session.add(Coupon(promotion_id=promotion.id, code=code, active=True))
    session.flush()


def _require_sound(promotion: Promotion) -> None:
    """Say in words what the table's checks would refuse."""
    _require_parts_of_kind(promotion)
    if promotion.redemption_code is not None and promotion.kind == "free_shipping":
        raise PromotionInvalid("free shipping for everybody has no budget")
    if promotion.starts_at and promotion.ends_at and promotion.ends_at <= promotion.starts_at:
        raise PromotionInvalid("a promotion ends after it starts")
    if promotion.budget_minor is not None and promotion.budget_minor < (promotion.spent_minor or 0):
        raise LimitBelowUse("more than this budget is spent")


def _require_parts_of_kind(promotion: Promotion) -> None:
    """Each kind has its own parts and none of another."""
    kind, has_percentage = promotion.kind, promotion.percent_basis_points is not None
    if kind != "buy_x_get_y" and has_percentage != (kind == "percentage"):
        raise PromotionInvalid("percent_basis_points are of a percentage, or of buy_x_get_y")
    if (kind == "fixed") != (promotion.amount_minor is not None):
        raise PromotionInvalid("a fixed promotion, and no other, has an amount")
    if any((getattr(promotion, name) is None) == (kind == "buy_x_get_y") for name in _PIECES):
        raise PromotionInvalid("buy_x_get_y, and no other, has buy_quantity and get_quantity")
    if promotion.reward is not None and kind != "buy_x_get_y":
        raise PromotionInvalid("only buy_x_get_y has a reward")


def _require_currency(promotion: Promotion, money: Money) -> None:
    if promotion.currency != money.currency:
        raise PromotionInvalid(f"this promotion is in {promotion.currency or 'every currency'}")


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount
