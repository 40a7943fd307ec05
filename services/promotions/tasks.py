"""The part of promotions in sagas, and what it does by itself."""

from sqlalchemy.orm import Session

from libs.contracts.promotions import IssueCoupons, RedeemPromotions, ReleasePromotions
from libs.db.transaction import transaction
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from services.promotions.commands import batches, budgets, redemptions

tasks = Tasks("promotions")


@tasks.command(RedeemPromotions, refuses_before_writing=True)
def redeem_promotions(session: Session, message: RedeemPromotions) -> None:
    """Use every coupon once for the order, or none."""
    redemptions.redeem_promotions(session, message.order_id, message.customer, message.redemptions)


@tasks.command(ReleasePromotions)
def release_promotions(session: Session, message: ReleasePromotions) -> None:
    """Undo `redeem_promotions`."""
    redemptions.release_promotions(session, message.order_id)


@tasks.job(IssueCoupons)
def issue_coupons(job: IssueCoupons) -> None:
    """Make the coupons of the batch, some in each transaction."""
    more = 1
    while more:
        with transaction() as session:
            more = batches.issue_coupons(session, job.batch_id)


@tasks.every(seconds=5)
def resume_batches(session: Session) -> int:
    """A batch whose worker died goes on where it stopped."""
    return batches.resume_batches(session)


@tasks.every(seconds=1, when=budgets.is_untold)
def tell_budgets(session: Session) -> int:
    """Carts promise nothing that a budget does not hold."""
    return budgets.tell_budgets(session)


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
