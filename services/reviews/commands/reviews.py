"""What customers do with their reviews."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from services.reviews.commands.rating import change_rating
from services.reviews.commands.trail import note
from services.reviews.errors import AlreadyReviewed, NotPurchased, ReviewNotFound
from services.reviews.models import Flag, Purchase, Review
from services.reviews.rules import counted

Check = Callable[[int], None]


def write_review(
    session: Session, customer_id: UUID, product_id: UUID, stars: int, text: str
) -> Review:
    """Say something of what one has bought; it waits for a moderator."""
    purchase = session.get(Purchase, (customer_id, product_id))
    if purchase is None:
        raise NotPurchased("only customers who have bought the product may review it")
    now = clock.now()
    values = {
        "id": uuid7(),
        "product_id": product_id,
        "customer_id": customer_id,
        "order_id": purchase.order_id,
        "stars": stars,
        "text": text,
        "state": "pending",
        "flags": 0,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    written: Review | None = session.scalar(
        insert(Review).values(values).on_conflict_do_nothing().returning(Review)
    )
    if written is None:
        raise AlreadyReviewed("this customer has reviewed the product already")
    note(session, written, "written", customer_id)
    return written


def edit_review(
    session: Session, customer_id: UUID, review_id: UUID, changes: dict[str, Any], check: Check
) -> Review:
    """Say it otherwise; what has changed waits for a moderator again."""
    review = _lock_own(session, customer_id, review_id)
    check(review.version)
    if all(getattr(review, name) == value for name, value in changes.items()):
        return review
    before = counted(review.state, review.stars)
    for name, value in changes.items():
        setattr(review, name, value)
    review.state, review.flags = "pending", 0
    review.version += 1
    review.updated_at = clock.now()
    session.execute(delete(Flag).where(Flag.review_id == review.id))
    note(session, review, "edited", customer_id)
    change_rating(session, review.product_id, before, counted(review.state, review.stars))
    return review


def delete_review(session: Session, customer_id: UUID, review_id: UUID, check: Check) -> None:
    """Take it back: the text is gone, the trail says that it was there."""
    review = _lock_own(session, customer_id, review_id)
    check(review.version)
    take_back(session, review)


def take_back(session: Session, review: Review) -> None:
    """Delete a review that the caller has locked, in its author's name."""
    note(session, review, "deleted", review.customer_id)
    session.execute(delete(Flag).where(Flag.review_id == review.id))
    session.delete(review)
    session.flush()
    change_rating(session, review.product_id, counted(review.state, review.stars), (0, 0))


def _lock_own(session: Session, customer_id: UUID, review_id: UUID) -> Review:
    """Another's review is as good as none."""
    wanted = select(Review).where(Review.id == review_id, Review.customer_id == customer_id)
    review = session.scalar(wanted.with_for_update())
    if review is None:
        raise ReviewNotFound("there is no such review")
    return review
