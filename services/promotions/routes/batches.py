"""Batches of coupons over HTTP."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.csv_export import csv_response
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.promotions.commands.batches import create_batch
from services.promotions.models import CouponBatch
from services.promotions.queries import batches as queries
from services.promotions.schemas.coupons import (
    CouponBatchPageSchema,
    CouponBatchSchema,
    CreateCouponBatchSchema,
)

batches = Blueprint(
    "coupon_batches",
    __name__,
    url_prefix="/api/v1/promotions/<id('pro'):promotion_id>/batches",
    description="Many coupons at once, with codes that nobody can guess.",
)
ONE = "/<id('cpb'):batch_id>"
_COLUMNS = ("code", "used", "usage_limit", "customer_limit", "active")


@batches.get("")
@access(roles=("admin",))
@batches.arguments(PageArgs, location="query")
@batches.response(200, CouponBatchPageSchema)
def list_coupon_batches(args: dict[str, Any], promotion_id: UUID) -> Page[CouponBatch]:
    """The batches of a promotion, newest first."""
    with reading() as session:
        return queries.list_batches(session, promotion_id, **args)


@batches.post("")
@access(roles=("admin",))
@idempotent(required=False)
@batches.arguments(CreateCouponBatchSchema)
@batches.response(202, CouponBatchSchema)
def create_coupon_batch(body: dict[str, Any], promotion_id: UUID) -> Response:
    """Have coupons made; the batch at the Location tells how far that is."""
    path = f"/api/v1/promotions/{ids.to_text('pro', promotion_id)}/batches"
    with transaction() as session:
        return once(
            session,
            lambda: create_batch(session, promotion_id, body),
            schema=CouponBatchSchema,
            status=202,
            location=lambda batch: f"{path}/{ids.to_text('cpb', batch.id)}",
        )


@batches.get(ONE)
@access(roles=("admin",))
@batches.response(200, CouponBatchSchema)
def get_coupon_batch(promotion_id: UUID, batch_id: UUID) -> CouponBatch:
    """One batch, and how many of its codes are made."""
    with reading() as session:
        return queries.get_batch(session, promotion_id, batch_id)


@batches.get(f"{ONE}/codes")
@access(roles=("admin",))
@batches.response(200, {"type": "string"}, content_type="text/csv")
def export_coupon_codes(promotion_id: UUID, batch_id: UUID) -> Response:
    """The codes of a finished batch as a CSV file."""
    return csv_response(
        f"coupons-{ids.to_text('cpb', batch_id)}", _COLUMNS, _codes(promotion_id, batch_id)
    )


def _codes(promotion_id: UUID, batch_id: UUID) -> Iterator[Sequence[Sequence[Any]]]:
    with reading() as session:
        yield from queries.list_codes(session, queries.get_batch(session, promotion_id, batch_id))
