"""The moderators' side of reviews over HTTP."""

from functools import partial
from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.reviews import queries
from services.reviews.commands import moderation as commands
from services.reviews.models import Review, TrailEntry
from services.reviews.rules import MODERATORS
from services.reviews.schemas import (
    ModeratedReviewPageSchema,
    ModeratedReviewSchema,
    ModerationArgs,
    ReviewReasonSchema,
    ReviewTrailPageSchema,
)

moderation = Blueprint(
    "review_moderation",
    __name__,
    url_prefix="/api/v1/reviews",
    description="Which reviews are shown, and who decided so.",
)
ONE = "/<id('rev'):review_id>"
_seen = partial(etag.check_if_match, required=True)


@moderation.get("")
@access(roles=MODERATORS)
@moderation.arguments(ModerationArgs, location="query")
@moderation.response(200, ModeratedReviewPageSchema)
def list_reviews(args: dict[str, Any]) -> Page[Review]:
    """Reviews to be moderated, the oldest first."""
    with reading() as session:
        return queries.list_reviews(session, **args)


@moderation.get(f"{ONE}/trail")
@access(roles=MODERATORS)
@moderation.arguments(PageArgs, location="query")
@moderation.response(200, ReviewTrailPageSchema)
def list_review_trail(args: dict[str, Any], review_id: UUID) -> Page[TrailEntry]:
    """What happened to a review and who did it, the latest first."""
    with reading() as session:
        return queries.list_trail(session, review_id, **args)


@moderation.post(f"{ONE}/approve")
@access(roles=MODERATORS)
@moderation.response(200, ModeratedReviewSchema)
def approve_review(review_id: UUID) -> Review:
    """Show a review and count its stars; needs If-Match."""
    with transaction() as session:
        return etag.marked(commands.decide(session, user_id(), review_id, "approved", _seen))


@moderation.post(f"{ONE}/reject")
@access(roles=MODERATORS)
@moderation.arguments(ReviewReasonSchema)
@moderation.response(200, ModeratedReviewSchema)
def reject_review(body: dict[str, Any], review_id: UUID) -> Review:
    """Hide a review from all but its author; needs If-Match."""
    with transaction() as session:
        return etag.marked(
            commands.decide(session, user_id(), review_id, "rejected", _seen, body["reason"])
        )
