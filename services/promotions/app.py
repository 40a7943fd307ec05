"""Promotions on the web."""

from libs.http.app import WebService
from services.promotions.routes.banners import banners
from services.promotions.routes.batches import batches
from services.promotions.routes.coupons import coupons
from services.promotions.routes.promotions import promotions

WEB = WebService(
    name="promotions",
    prefixes=("/api/v1/promotions",),
    blueprints=(promotions, coupons, batches, banners),
)
