"""What reviews refuses, and why."""

from libs.errors import Conflict, Forbidden, NotFound


class ReviewNotFound(NotFound):
    """No such review, or none that the caller may see."""

    code = "reviews.review_not_found"


class NotPurchased(Forbidden):
    """Only who has bought the product may review it."""

    code = "reviews.not_purchased"


class AlreadyReviewed(Conflict):
    """The customer has reviewed the product; that review can be edited."""

    code = "reviews.already_reviewed"


class OwnReview(Conflict):
    """Nobody reports their own review."""

    code = "reviews.own_review"
