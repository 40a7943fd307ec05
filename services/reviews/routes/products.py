"""Reviews and rating of a product over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent, limited
from libs.ids import to_text
from services.reviews import queries
from services.reviews.commands import reviews as commands
from services.reviews.models import Rating, Review
from services.reviews.schemas import (
    ProductReviewsArgs,
    RatingSchema,
    ReviewPageSchema,
    ReviewSchema,
    WriteReviewSchema,
)

products = Blueprint(
    "product_reviews",
    __name__,
    url_prefix="/api/v1/products/<id('prd'):product_id>",
    description="What customers say of a product.",
)


@products.get("/reviews")
@access(public=True)
@products.arguments(ProductReviewsArgs, location="query")
@products.response(200, ReviewPageSchema)
def list_product_reviews(args: dict[str, Any], product_id: UUID) -> Page[Review]:
    """The approved reviews of a product, newest first."""
    with reading() as session:
        return queries.list_product_reviews(session, product_id, **args)


@products.post("/reviews")
@access(user=True, owns="reviews")
@idempotent(required=False)
@limited("review")
@products.arguments(WriteReviewSchema)
@products.response(201, ReviewSchema)
def write_review(body: dict[str, Any], product_id: UUID) -> Response:
    """Review a product that the caller has bought, once."""
    with transaction() as session:
        return once(
            session,
            lambda: commands.write_review(session, user_id(), product_id, **body),
            schema=ReviewSchema,
            location=lambda review: f"/api/v1/reviews/{to_text('rev', review.id)}",
        )


@products.get("/rating")
@access(public=True)
@products.response(200, RatingSchema)
def get_rating(product_id: UUID) -> Rating:
    """The average and number of a product's stars."""
    with reading() as session:
        rating = queries.get_rating(session, product_id)
    etag.check_if_none_match(rating.version)
    return rating
