"""What others do with a review: moderators decide, everybody may report."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs import clock
from services.reviews.commands.rating import change_rating
from services.reviews.commands.trail import note
from services.reviews.errors import OwnReview, ReviewNotFound
from services.reviews.models import Flag, Review
from services.reviews.rules import counted

Decision = Literal["approved", "rejected"]


def decide(
    session: Session,
    moderator_id: UUID,
    review_id: UUID,
    decision: Decision,
    check: Callable[[int], None],
    reason: str | None = None,
) -> Review:
    """Show the review or do not, and answer all reports of it.

    `check` refuses a version that the moderator has not seen: neither a text edited meanwhile nor
    another moderator's decision is overruled unread. The same decision twice changes nothing.
    """
    review = _lock(session, review_id)
    check(review.version)
    if review.state == decision and not review.flags:
        return review
    before = counted(review.state, review.stars)
    review.state, review.flags = decision, 0
    review.version += 1
    review.updated_at = clock.now()
    note(session, review, decision, moderator_id, reason)
    change_rating(session, review.product_id, before, counted(review.state, review.stars))
    return review


def flag_review(
    session: Session, user_id: UUID, review_id: UUID, reason: str, *, moderator: bool
) -> None:
    """Ask a moderator to look at it; it stays shown. A person's second report changes nothing."""
    review = _lock(session, review_id)
    if review.customer_id == user_id:
        raise OwnReview("nobody reports their own review: it can be edited or deleted")
    if review.state != "approved" and not moderator:
        raise ReviewNotFound("there is no such review")
    report = insert(Flag).values(review_id=review_id, user_id=user_id)
    first = session.scalar(report.on_conflict_do_nothing().returning(Flag.user_id))
    if first is None:
        return
    review.flags += 1
    note(session, review, "flagged", user_id, reason)


def _lock(session: Session, review_id: UUID) -> Review:
    review = session.scalar(select(Review).where(Review.id == review_id).with_for_update())
    if review is None:
        raise ReviewNotFound("there is no such review")
    return review
