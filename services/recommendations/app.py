"""Recommendations on the web."""

from libs.http.app import WebService
from services.recommendations.routes import recommendations
from services.recommendations.settings import RecommendationsSettings

WEB = WebService(
    name="recommendations",
    prefixes=("/api/v1/recommendations",),
    blueprints=(recommendations,),
    settings=RecommendationsSettings,
)
