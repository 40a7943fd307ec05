"""Banners over HTTP."""

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
from services.promotions.commands import banners as commands
from services.promotions.models import Banner
from services.promotions.queries import banners as queries
from services.promotions.schemas.banners import (
    BannerListArgs,
    BannerPageSchema,
    BannerSchema,
    ChangeBannerSchema,
    CreateBannerSchema,
    ShownBannerPageSchema,
)

banners = Blueprint(
    "banners",
    __name__,
    url_prefix="/api/v1/promotions/banners",
    description="Pictures and words at the positions of the shop, by schedule.",
)
ONE = "/<id('ban'):banner_id>"


@banners.get("/by-position/<string:position>")
@access(public=True)
@banners.arguments(PageArgs, location="query")
@banners.response(200, ShownBannerPageSchema)
def list_banners_by_position(args: dict[str, Any], position: str) -> Page[Banner]:
    """What a position shows now; one that nobody has used yet shows nothing."""
    with reading() as session:
        return queries.list_shown_banners(session, position, **args)


@banners.get("")
@access(roles=("admin",))
@banners.arguments(BannerListArgs, location="query")
@banners.response(200, BannerPageSchema)
def list_banners(args: dict[str, Any]) -> Page[Banner]:
    """All banners, newest first, the coming and the past ones too."""
    with reading() as session:
        return queries.list_banners(session, **args)


@banners.post("")
@access(roles=("admin",))
@idempotent(required=False)
@banners.arguments(CreateBannerSchema)
@banners.response(201, BannerSchema)
def create_banner(body: dict[str, Any]) -> Response:
    """Put a banner at a position."""
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(commands.create_banner(session, body)),
            schema=BannerSchema,
            location=lambda banner: f"/api/v1/promotions/banners/{ids.to_text('ban', banner.id)}",
        )


@banners.get(ONE)
@access(roles=("admin",))
@banners.response(200, BannerSchema)
def get_banner(banner_id: UUID) -> Banner:
    """One banner."""
    with reading() as session:
        banner = queries.get_banner(session, banner_id)
    etag.check_if_none_match(banner.version)
    return banner


@banners.patch(ONE)
@access(roles=("admin",))
@banners.arguments(ChangeBannerSchema)
@banners.response(200, BannerSchema)
def change_banner(body: dict[str, Any], banner_id: UUID) -> Banner:
    """Change a banner."""
    with transaction() as session:
        return etag.marked(commands.change_banner(session, banner_id, body, etag.check_if_match))


@banners.delete(ONE)
@access(roles=("admin",))
@banners.response(204)
def delete_banner(banner_id: UUID) -> None:
    """Remove a banner for good."""
    with transaction() as session:
        commands.delete_banner(session, banner_id, etag.check_if_match)
