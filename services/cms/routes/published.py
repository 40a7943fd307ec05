"""What everybody sees."""

from typing import Any

import msgspec
from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.service import service_settings
from services.cms import queries
from services.cms.extension import Shown, publications
from services.cms.models import DocumentVersion
from services.cms.rules.places import PAGE, languages
from services.cms.schemas.documents import (
    LocaleArgs,
    PageEntryPageSchema,
    PagesArgs,
    PublishedDocumentSchema,
)
from services.cms.settings import CmsSettings

published = Blueprint(
    "cms", __name__, url_prefix="/api/v1/cms", description="What the shop's pages say."
)
_SCHEMA = PublishedDocumentSchema()


@published.get("/homepage/current")
@access(public=True)
@published.arguments(LocaleArgs, location="query")
@published.response(200, PublishedDocumentSchema)
def get_current_homepage(args: dict[str, Any]) -> Response:
    """The homepage as it is now."""
    return _show("homepage", "", args["locale"])


@published.get("/navigation/current")
@access(public=True)
@published.arguments(LocaleArgs, location="query")
@published.response(200, PublishedDocumentSchema)
def get_current_navigation(args: dict[str, Any]) -> Response:
    """The menu as it is now."""
    return _show("navigation", "", args["locale"])


@published.get("/footer/current")
@access(public=True)
@published.arguments(LocaleArgs, location="query")
@published.response(200, PublishedDocumentSchema)
def get_current_footer(args: dict[str, Any]) -> Response:
    """The footer as it is now."""
    return _show("footer", "", args["locale"])


@published.get("/service-guarantees")
@access(public=True)
@published.arguments(LocaleArgs, location="query")
@published.response(200, PublishedDocumentSchema)
def get_service_guarantees(args: dict[str, Any]) -> Response:
    """What the shop promises."""
    return _show("service_guarantees", "", args["locale"])


@published.get("/pages")
@access(public=True)
@published.arguments(PagesArgs, location="query")
@published.response(200, PageEntryPageSchema)
def list_pages(args: dict[str, Any]) -> Page[DocumentVersion]:
    """The pages by slug, each in the language asked for or else the default one."""
    locales = _languages(args.pop("locale"))
    with reading() as session:
        return queries.list_pages(session, locales, **args)


@published.get("/pages/<slug>")
@access(public=True)
@published.arguments(LocaleArgs, location="query")
@published.response(200, PublishedDocumentSchema)
def get_page(args: dict[str, Any], slug: str) -> Response:
    """One page."""
    return _show(PAGE, slug, args["locale"])


def _show(kind: str, slug: str, locale: str | None) -> Response:
    """From memory if it is there; the ETag also tells languages apart."""
    locales = _languages(locale)

    def load() -> Shown:
        with reading() as session:
            version = queries.get_published(session, kind, slug, locales)
        body = msgspec.json.encode(_SCHEMA.dump(version))
        return Shown(body, version.number, version.document.locale.encode())

    shown = publications().get((kind, slug, *locales), load)
    etag.check_if_none_match(shown.number, shown.locale)
    headers = {"Cache-Control": "public, no-cache"}
    return Response(shown.body, content_type="application/json", headers=headers)


def _languages(locale: str | None) -> list[str]:
    return languages(locale, service_settings(CmsSettings).locale)
