"""Recommendations over HTTP."""

from typing import Any
from uuid import UUID

from libs import clock
from libs.db.transaction import reading
from libs.errors import Unauthenticated
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from services.recommendations import metrics
from services.recommendations.errors import UserNotFound
from services.recommendations.extension import store, window
from services.recommendations.queries.recommend import Recommendation, Recommender
from services.recommendations.schemas import RecommendationArgs, RecommendationsSchema

recommendations = Blueprint(
    "recommendations",
    __name__,
    url_prefix="/api/v1/recommendations",
    description="What goes with a product, what somebody may like, what is popular.",
)


@recommendations.get("")
@access(guest=True, owns="recommendations of a user")
@recommendations.arguments(RecommendationArgs, location="query")
@recommendations.response(200, RecommendationsSchema)
def list_recommendations(args: dict[str, Any]) -> dict[str, list[Recommendation]]:
    """Recommend products by a product, by what a user saw, or by what is popular."""
    if args["user"]:
        _check_user(args["user"])
    now = clock.now()
    with reading() as session:
        found = Recommender(session, store(), window(now), now).recommend(
            args["limit"], product_id=args["product"], user_id=args["user"]
        )
    for one in found:
        metrics.count_shown(one.reason, one.writer)
    return {"data": found}


def _check_user(user_id: UUID) -> None:
    """What somebody may like tells what they saw, so it is for themselves and administrators."""
    caller = principal()
    if caller.user_id is None:
        raise Unauthenticated("log in to get your recommendations")
    if caller.user_id != user_id and "admin" not in caller.roles:
        raise UserNotFound("there is no such user")
