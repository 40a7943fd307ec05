"""Promotions over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent, limited
from libs.http.paging import PageArgs
from services.promotions.commands import promotions as commands
from services.promotions.models import Promotion
from services.promotions.queries import promotions as queries
from services.promotions.queries.coupons import CouponOffer, get_usable_coupon
from services.promotions.schemas.coupons import CouponOfferSchema
from services.promotions.schemas.promotions import (
    ChangePromotionSchema,
    CreatePromotionSchema,
    DiscountPageSchema,
    PromotionPageSchema,
    PromotionSchema,
)

promotions = Blueprint(
    "promotions",
    __name__,
    url_prefix="/api/v1/promotions",
    description="Discounts for everybody or for a coupon.",
)
ONE = "/<id('pro'):promotion_id>"


@promotions.get("/discounts/active")
@access(public=True)
@promotions.arguments(PageArgs, location="query")
@promotions.response(200, DiscountPageSchema)
def list_active_discounts(args: dict[str, Any]) -> Page[Promotion]:
    """What everybody gets now without a coupon."""
    with reading() as session:
        return queries.list_active_discounts(session, **args)


@promotions.get("/coupons/by-code/<string:code>")
@access(public=True)
@limited("coupon")
@promotions.response(200, CouponOfferSchema)
def get_coupon_by_code(code: str) -> CouponOffer:
    """What a coupon earns; all that cannot be used now is the same 404."""
    with reading() as session:
        return get_usable_coupon(session, code)


@promotions.get("")
@access(roles=("admin",))
@promotions.arguments(PageArgs, location="query")
@promotions.response(200, PromotionPageSchema)
def list_promotions(args: dict[str, Any]) -> Page[Promotion]:
    """All promotions, newest first."""
    with reading() as session:
        return queries.list_promotions(session, **args)


@promotions.post("")
@access(roles=("admin",))
@idempotent(required=False)
@promotions.arguments(CreatePromotionSchema)
@promotions.response(201, PromotionSchema)
def create_promotion(body: dict[str, Any]) -> Response:
    """Offer a discount."""
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(commands.create_promotion(session, body)),
            schema=PromotionSchema,
            location=lambda promotion: f"/api/v1/promotions/{ids.to_text('pro', promotion.id)}",
        )


@promotions.get(ONE)
@access(roles=("admin",))
@promotions.response(200, PromotionSchema)
def get_promotion(promotion_id: UUID) -> Promotion:
    """One promotion."""
    with reading() as session:
        promotion = queries.get_promotion(session, promotion_id)
    etag.check_if_none_match(promotion.version)
    return promotion


@promotions.patch(ONE)
@access(roles=("admin",))
@promotions.arguments(ChangePromotionSchema)
@promotions.response(200, PromotionSchema)
def change_promotion(body: dict[str, Any], promotion_id: UUID) -> Promotion:
    """Change a promotion."""
    with transaction() as session:
        return etag.marked(
            commands.change_promotion(session, promotion_id, body, etag.check_if_match)
        )


@promotions.delete(ONE)
@access(roles=("admin",))
@promotions.response(204)
def delete_promotion(promotion_id: UUID) -> None:
    """End a promotion and its coupons for good."""
    with transaction() as session:
        commands.delete_promotion(session, promotion_id, etag.check_if_match)
