"""Promotions on the web."""

from libs.http.app import WebService
from services.promotions.routes.coupons import coupons
from services.promotions.routes.promotions import promotions

WEB = WebService(
    name="promotions",
    prefixes=("/api/v1/promotions",),
    blueprints=(promotions, coupons),
)
