"""The coupons of a promotion over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.promotions.commands import coupons as commands
from services.promotions.models import Coupon
from services.promotions.queries import coupons as queries
from services.promotions.schemas.coupons import (
    ChangeCouponSchema,
    CouponPageSchema,
    CouponSchema,
    CreateCouponSchema,
)

coupons = Blueprint(
    "coupons",
    __name__,
    url_prefix="/api/v1/promotions/<id('pro'):promotion_id>/coupons",
    description="Codes that earn a promotion's discount.",
)
ONE = "/<id('cpn'):coupon_id>"


@coupons.get("")
@access(roles=("admin",))
@coupons.arguments(PageArgs, location="query")
@coupons.response(200, CouponPageSchema)
def list_coupons(args: dict[str, Any], promotion_id: UUID) -> Page[Coupon]:
    """The coupons of a promotion, newest first."""
    with reading() as session:
        return queries.list_coupons(session, promotion_id, **args)


@coupons.post("")
@access(roles=("admin",))
@idempotent(required=False)
@coupons.arguments(CreateCouponSchema)
@coupons.response(201, CouponSchema)
def create_coupon(body: dict[str, Any], promotion_id: UUID) -> Response:
    """Give out a code."""
    path = f"/api/v1/promotions/{ids.to_text('pro', promotion_id)}/coupons"
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(commands.create_coupon(session, promotion_id, body)),
            schema=CouponSchema,
            location=lambda coupon: f"{path}/{ids.to_text('cpn', coupon.id)}",
        )


@coupons.get(ONE)
@access(roles=("admin",))
@coupons.response(200, CouponSchema)
def get_coupon(promotion_id: UUID, coupon_id: UUID) -> Coupon:
    """One coupon, and how often it is used."""
    with reading() as session:
        return etag.marked(queries.get_coupon(session, promotion_id, coupon_id))


@coupons.patch(ONE)
@access(roles=("admin",))
@coupons.arguments(ChangeCouponSchema)
@coupons.response(200, CouponSchema)
def change_coupon(body: dict[str, Any], promotion_id: UUID, coupon_id: UUID) -> Coupon:
    """Change a coupon's limits, or switch it off."""
    with transaction() as session:
        return etag.marked(
            commands.change_coupon(session, promotion_id, coupon_id, body, etag.check_if_match)
        )


@coupons.delete(ONE)
@access(roles=("admin",))
@coupons.response(204)
def delete_coupon(promotion_id: UUID, coupon_id: UUID) -> None:
    """Take a code back for good."""
    with transaction() as session:
        commands.delete_coupon(session, promotion_id, coupon_id, etag.check_if_match)
