"""Reviews on the web."""

from libs.http.app import WebService
from services.reviews.routes.moderation import moderation
from services.reviews.routes.products import products
from services.reviews.routes.reviews import reviews

WEB = WebService(
    name="reviews",
    prefixes=("/api/v1/reviews", "/api/v1/products/*/reviews", "/api/v1/products/*/rating"),
    blueprints=(products, reviews, moderation),
)
