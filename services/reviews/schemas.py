"""What goes into and comes out of the routes of reviews."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import Id, Integer, QueryInteger, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.reviews.queries import FLAGGED
from services.reviews.rules import MAX_REASON, MAX_TEXT, STARS, STATES, clean

_LEAST, _MOST = STARS


class CleanText(Text):
    """Plain text; its length counts once the markup is gone."""

    def _deserialize(self, *args: Any, **options: Any) -> str:
        return clean(super()._deserialize(*args, **options))


class ChangeReviewSchema(Schema):
    """Replaces what is given."""

    stars = Integer(minimum=_LEAST, maximum=_MOST)
    text = CleanText(1, MAX_TEXT)


class WriteReviewSchema(Schema):
    """What a customer says of what they have bought."""

    stars = Integer(minimum=_LEAST, maximum=_MOST, required=True)
    text = CleanText(1, MAX_TEXT, required=True)


class ReviewReasonSchema(Schema):
    """Why a review is rejected or reported."""

    reason = CleanText(1, MAX_REASON, required=True)


class ProductReviewsArgs(PageArgs):
    """`stars=5` shows those alone."""

    stars = QueryInteger(minimum=_LEAST, maximum=_MOST, load_default=None)


class ModerationArgs(PageArgs):
    """`state=flagged` are those that were reported since a moderator last decided."""

    state = Text(load_default=None, validate=validate.OneOf([*STATES, FLAGGED]))
    product_id = Id("prd", load_default=None)


class ReviewSchema(Schema):
    """A review; others than its author see approved ones only."""

    id = Id("rev", required=True)
    product_id = Id("prd", required=True)
    stars = Integer(required=True)
    text = Text(required=True)
    state = Text(required=True, metadata={"description": "pending, approved or rejected"})
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class ModeratedReviewSchema(ReviewSchema):
    """A review with what only moderators need to know."""

    customer_id = Id("usr", required=True)
    order_id = Id("ord", required=True)
    flags = Integer(required=True)


class RatingSchema(Schema):
    """How a product is rated; the average is null as long as nobody has."""

    product_id = Id("prd", required=True)
    average = ma.fields.Float(required=True, allow_none=True)
    count = Integer(required=True)


class ReviewTrailEntrySchema(Schema):
    """One thing that happened to a review, and the version it led to."""

    action = Text(required=True)
    actor = Id("usr", required=True)
    reason = Text(required=True, allow_none=True)
    version = Integer(required=True)
    at = Timestamp(required=True)


ReviewPageSchema = page_schema(ReviewSchema)
ModeratedReviewPageSchema = page_schema(ModeratedReviewSchema)
ReviewTrailPageSchema = page_schema(ReviewTrailEntrySchema)
