"""Read reviews, ratings and what happened to reviews."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.reviews.errors import ReviewNotFound
from services.reviews.models import Rating, Review, TrailEntry

FLAGGED = "flagged"


def list_product_reviews(
    session: Session, product_id: UUID, *, stars: int | None, cursor: str | None, limit: int
) -> Page[Review]:
    """What everybody may read of a product, newest first."""
    statement = select(Review).where(Review.product_id == product_id, Review.state == "approved")
    if stars is not None:
        statement = statement.where(Review.stars == stars)
    return fetch_page(session, statement, [Key(Review.id, "desc")], cursor, limit)


def list_own_reviews(
    session: Session, customer_id: UUID, *, cursor: str | None, limit: int
) -> Page[Review]:
    """All that a customer has written, newest first."""
    statement = select(Review).where(Review.customer_id == customer_id)
    return fetch_page(session, statement, [Key(Review.id, "desc")], cursor, limit)


def list_reviews(
    session: Session,
    *,
    state: str | None,
    product_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[Review]:
    """What moderators look at, the oldest first: it has waited longest."""
    statement = _in_state(select(Review), state)
    if product_id is not None:
        statement = statement.where(Review.product_id == product_id)
    return fetch_page(session, statement, [Key(Review.id)], cursor, limit)


def get_review(
    session: Session, review_id: UUID, reader: UUID | None, *, moderator: bool
) -> Review:
    """A review that is shown, one's own, or for a moderator any."""
    review = session.get(Review, review_id)
    if review is None or not (
        review.state == "approved" or review.customer_id == reader or moderator
    ):
        raise ReviewNotFound("there is no such review")
    return review


def get_rating(session: Session, product_id: UUID) -> Rating:
    """The rating of a product; of one that nobody has rated, an empty one."""
    rating = session.get(Rating, product_id)
    return rating or Rating(product_id=product_id, count=0, sum=0, version=0)


def list_trail(
    session: Session, review_id: UUID, *, cursor: str | None, limit: int
) -> Page[TrailEntry]:
    """What happened to a review, the latest first; also of one that is deleted."""
    statement = select(TrailEntry).where(TrailEntry.review_id == review_id)
    return fetch_page(session, statement, [Key(TrailEntry.id, "desc")], cursor, limit)


def oldest_pending(session: Session) -> float:
    """Seconds since the review that waits longest for a moderator last changed."""
    age = func.extract("epoch", func.now() - func.min(Review.updated_at))
    return float(session.scalar(select(age).where(Review.state == "pending")) or 0)


def _in_state(statement: Select[tuple[Review]], state: str | None) -> Select[tuple[Review]]:
    if state is None:
        return statement
    if state == FLAGGED:
        return statement.where(Review.flags > 0)
    return statement.where(Review.state == state)
