"""A single review over HTTP: for its author and for everybody who may read it."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import principal, user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.http.paging import PageArgs
from services.reviews import queries
from services.reviews.commands import moderation
from services.reviews.commands import reviews as commands
from services.reviews.models import Review
from services.reviews.rules import MODERATORS
from services.reviews.schemas import (
    ChangeReviewSchema,
    ReviewPageSchema,
    ReviewReasonSchema,
    ReviewSchema,
)

reviews = Blueprint(
    "reviews", __name__, url_prefix="/api/v1/reviews", description="What customers say."
)
ONE = "/<id('rev'):review_id>"


@reviews.get("/mine")
@access(user=True, owns="reviews")
@reviews.arguments(PageArgs, location="query")
@reviews.response(200, ReviewPageSchema)
def list_own_reviews(args: dict[str, Any]) -> Page[Review]:
    """The caller's reviews in every state, newest first."""
    with reading() as session:
        return queries.list_own_reviews(session, user_id(), **args)


@reviews.get(ONE)
@access(public=True)
@reviews.response(200, ReviewSchema)
def get_review(review_id: UUID) -> Review:
    """An approved review, or the caller's own; administrators see all."""
    with reading() as session:
        review = queries.get_review(
            session, review_id, principal().user_id, moderator=is_moderator()
        )
    etag.check_if_none_match(review.version)
    return review


@reviews.patch(ONE)
@access(user=True, owns="reviews")
@limited("review")
@reviews.arguments(ChangeReviewSchema)
@reviews.response(200, ReviewSchema)
def edit_review(body: dict[str, Any], review_id: UUID) -> Review:
    """Change the caller's review; it waits for a moderator again."""
    with transaction() as session:
        return etag.marked(
            commands.edit_review(session, user_id(), review_id, body, etag.check_if_match)
        )


@reviews.delete(ONE)
@access(user=True, owns="reviews")
@reviews.response(204)
def delete_review(review_id: UUID) -> None:
    """Take the caller's review back."""
    with transaction() as session:
        commands.delete_review(session, user_id(), review_id, etag.check_if_match)


@reviews.post(f"{ONE}/flag")
@access(user=True)
@limited("review")
@reviews.arguments(ReviewReasonSchema)
@reviews.response(204)
def flag_review(body: dict[str, Any], review_id: UUID) -> None:
    """Report a review to the moderators; it stays shown until they decide."""
    with transaction() as session:
        moderation.flag_review(
            session, user_id(), review_id, body["reason"], moderator=is_moderator()
        )


def is_moderator() -> bool:
    """Whether the caller may see and judge every review."""
    return not principal().roles.isdisjoint(MODERATORS)
