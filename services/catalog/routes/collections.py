"""Collections over HTTP."""

from typing import Any

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.catalog.commands import collections as commands
from services.catalog.models.tables import Collection
from services.catalog.queries import collections as queries
from services.catalog.queries.products import FacetedPage
from services.catalog.routes.languages import wished
from services.catalog.routes.remembered import remembered
from services.catalog.schemas.collections import (
    ChangeCollectionSchema,
    CollectedArgs,
    CollectionPageSchema,
    CollectionSchema,
    CreateCollectionSchema,
    FillCollectionSchema,
)
from services.catalog.schemas.shown import ProductCardPageSchema

collections = Blueprint(
    "collections",
    __name__,
    url_prefix="/api/v1/collections",
    description="Products that belong together.",
)


@collections.get("")
@access(public=True)
@collections.arguments(PageArgs, location="query")
@collections.response(200, CollectionPageSchema)
def list_collections(args: dict[str, Any]) -> Page[Collection]:
    """All collections by slug."""
    with reading() as session:
        return queries.list_collections(session, **args)


@collections.get("/<slug>")
@access(public=True)
@collections.response(200, CollectionSchema)
def get_collection(slug: str) -> Collection:
    """A collection by its slug."""
    with reading() as session:
        found = queries.get_collection(session, slug)
    etag.check_if_none_match(found.version)
    return found


@collections.get("/<slug>/products")
@access(public=True)
@remembered
@collections.arguments(CollectedArgs, location="query")
@collections.response(200, ProductCardPageSchema)
def list_products_of_collection(args: dict[str, Any], slug: str) -> FacetedPage:
    """The products of a collection in its order, or what its rule finds."""
    locales = wished(args.pop("locale", None))
    currency = args.pop("currency", None)
    with reading() as session:
        return queries.list_collected(session, slug, currency=currency, locales=locales, **args)


@collections.post("")
@access(roles=("admin",))
@idempotent(required=False)
@collections.arguments(CreateCollectionSchema)
@collections.response(201, CollectionSchema)
def create_collection(body: dict[str, Any]) -> Response:
    """Add a collection."""

    def work() -> Collection:
        return commands.create_collection(session, **body)

    with transaction() as session:
        return once(session, work, schema=CollectionSchema, location=_address)


@collections.patch("/<slug>")
@access(roles=("admin",))
@collections.arguments(ChangeCollectionSchema)
@collections.response(200, CollectionSchema)
def change_collection(body: dict[str, Any], slug: str) -> Collection:
    """Rename a collection, or change its rule."""
    with transaction() as session:
        found = commands.lock_collection(session, slug)
        etag.check_if_match(found.version)
        commands.change_collection(session, found, body)
        return etag.marked(found)


@collections.put("/<slug>/products")
@access(roles=("admin",))
@collections.arguments(FillCollectionSchema)
@collections.response(200, CollectionSchema)
def fill_collection(body: dict[str, Any], slug: str) -> Collection:
    """Say which products are in a collection without rule, in which order."""
    with transaction() as session:
        found = commands.lock_collection(session, slug)
        etag.check_if_match(found.version)
        commands.fill_collection(session, found, body["products"])
        return etag.marked(found)


@collections.delete("/<slug>")
@access(roles=("admin",))
@collections.response(204)
def delete_collection(slug: str) -> None:
    """Remove a collection; its products stay."""
    with transaction() as session:
        found = commands.lock_collection(session, slug)
        etag.check_if_match(found.version)
        commands.delete_collection(session, found)


def _address(found: Collection) -> str:
    return f"/api/v1/collections/{found.slug}"
