"""The part of promotions in sagas."""

from sqlalchemy.orm import Session

from libs.contracts.promotions import RedeemPromotions, ReleasePromotions
from libs.messaging.tasks import Tasks
from services.promotions.commands import redemptions

tasks = Tasks("promotions")


@tasks.command(RedeemPromotions, refuses_before_writing=True)
def redeem_promotions(session: Session, message: RedeemPromotions) -> None:
    """Use every coupon once for the order, or none."""
    redemptions.redeem_promotions(session, message.order_id, message.customer, message.redemptions)


@tasks.command(ReleasePromotions)
def release_promotions(session: Session, message: ReleasePromotions) -> None:
    """Undo `redeem_promotions`."""
    redemptions.release_promotions(session, message.order_id)
