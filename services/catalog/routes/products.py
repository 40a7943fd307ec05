"""Products over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response
from sqlalchemy.orm import Session

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.errors import Forbidden
from libs.http import etag
from libs.http.auth import principal, user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from libs.service import service_settings
from services.catalog.commands import products as commands
from services.catalog.models.tables import Product, Revision
from services.catalog.queries import products as queries
from services.catalog.queries.cards import Card
from services.catalog.queries.criteria import Criteria
from services.catalog.queries.pricing import PastPrice, list_price_history
from services.catalog.queries.products import FacetedPage
from services.catalog.queries.revisions import list_revisions
from services.catalog.routes.keys import product_id_of
from services.catalog.routes.languages import wished
from services.catalog.routes.remembered import remembered
from services.catalog.rules.product import ProductDraft
from services.catalog.schemas.pricing import PastPricePageSchema
from services.catalog.schemas.products import (
    ChangeProductSchema,
    DetailArgs,
    HotDealsArgs,
    ListProductsArgs,
    SearchProductsArgs,
    WriteProductSchema,
)
from services.catalog.schemas.shown import (
    ProductCardPageSchema,
    ProductSchema,
    RevisionPageSchema,
    product_body,
)
from services.catalog.search.choice import find
from services.catalog.settings import CatalogSettings

products = Blueprint(
    "products", __name__, url_prefix="/api/v1/products", description="What is sold."
)


@products.get("")
@access(public=True)
@remembered
@products.arguments(ListProductsArgs, location="query")
@products.response(200, ProductCardPageSchema)
def list_products(args: dict[str, Any]) -> FacetedPage:
    """Products, the newest first; a category includes what lies below it."""
    return _page(args)


@products.get("/search")
@access(public=True)
@remembered
@products.arguments(SearchProductsArgs, location="query")
@products.response(200, ProductCardPageSchema)
def search_products(args: dict[str, Any]) -> FacetedPage:
    """Products that have all the words, the best match first."""
    return _page(args)


@products.get("/hot-deals")
@access(public=True)
@remembered
@products.arguments(HotDealsArgs, location="query")
@products.response(200, ProductCardPageSchema)
def list_hot_deals(args: dict[str, Any]) -> FacetedPage:
    """Products whose price is reduced, the largest reduction first."""
    criteria = Criteria(
        currency=args.get("currency"),
        discount_gte=1,
        locales=wished(args.get("locale")),
        sort="-discount",
    )
    with reading() as session:
        return queries.list_products(session, criteria, cursor=args["cursor"], limit=args["limit"])


@products.get("/<key>")
@access(public=True)
@remembered
@products.arguments(DetailArgs, location="query")
@products.response(200, ProductSchema)
def get_product(args: dict[str, Any], key: str) -> tuple[Card, dict[str, str]]:
    """A product by its id or slug."""
    locales = wished(args.get("locale"))
    with reading() as session:
        card = queries.get_product(
            session,
            product_id_of(session, key),
            include_hidden=_includes_hidden(args),
            locales=locales,
        )
    etag.check_if_none_match(card.version, msgspec.json.encode(product_body(card)))
    return card, {"Content-Language": card.locale or service_settings(CatalogSettings).locale}


@products.post("")
@access(roles=("admin",))
@idempotent(required=False)
@products.arguments(WriteProductSchema)
@products.response(201, ProductSchema)
def create_product(body: dict[str, Any]) -> Response:
    """Add a product with its variants."""

    def work() -> Card:
        created = commands.create_product(session, ProductDraft(**body), user_id())
        return queries.get_product(session, created.id, include_hidden=True)

    with transaction() as session:
        return once(session, work, schema=ProductSchema, location=_location)


@products.put("/<key>")
@access(roles=("admin",))
@products.arguments(WriteProductSchema)
@products.response(200, ProductSchema)
def replace_product(body: dict[str, Any], key: str) -> Card:
    """Replace a product; needs If-Match."""
    with transaction() as session:
        product = _locked(session, key, required=True)
        commands.replace_product(session, product, ProductDraft(**body), user_id())
        return _marked(session, product.id)


@products.patch("/<key>")
@access(roles=("admin",))
@products.arguments(ChangeProductSchema)
@products.response(200, ProductSchema)
def change_product(body: dict[str, Any], key: str) -> Card:
    """Change some fields of a product; needs If-Match."""
    with transaction() as session:
        product = _locked(session, key, required=True)
        commands.change_product(session, product, body, user_id())
        return _marked(session, product.id)


@products.delete("/<key>")
@access(roles=("admin",))
@products.response(204)
def delete_product(key: str) -> None:
    """Hide a product from all but administrators; it can be restored."""
    with transaction() as session:
        commands.delete_product(session, _locked(session, key), user_id())


@products.post("/<key>/restore")
@access(roles=("admin",))
@products.response(200, ProductSchema)
def restore_product(key: str) -> Card:
    """Undo a deletion."""
    with transaction() as session:
        product = _locked(session, key)
        commands.restore_product(session, product, user_id())
        return _marked(session, product.id)


@products.get("/<key>/revisions")
@access(roles=("admin",))
@products.arguments(PageArgs, location="query")
@products.response(200, RevisionPageSchema)
def list_product_revisions(args: dict[str, Any], key: str) -> Page[Revision]:
    """Every version of a product and who made it, the newest first."""
    with reading() as session:
        return list_revisions(session, product_id_of(session, key), **args)


@products.get("/<key>/price-history")
@access(roles=("admin",))
@products.arguments(PageArgs, location="query")
@products.response(200, PastPricePageSchema)
def list_product_price_history(args: dict[str, Any], key: str) -> Page[PastPrice]:
    """What the variants of a product have cost, the newest first."""
    with reading() as session:
        return list_price_history(session, product_id_of(session, key), **args)


def _page(args: dict[str, Any]) -> FacetedPage:
    page = {name: args.pop(name) for name in ("cursor", "limit")}
    attributes, locales = tuple(args.pop("attributes")), wished(args.pop("locale", None))
    criteria = Criteria(
        include_hidden=_includes_hidden(args), attributes=attributes, locales=locales, **args
    )
    found = find(criteria, **page)
    with reading() as session:
        return queries.list_products(session, criteria, found=found, **page)


def _includes_hidden(args: dict[str, Any]) -> bool:
    """Whether the caller asked for what only administrators may see."""
    if args.pop("include", None) is None:
        return False
    if "admin" not in principal().roles:
        raise Forbidden("only administrators see what is deleted or inactive")
    return True


def _locked(session: Session, key: str, *, required: bool = False) -> Product:
    """The product to be written, in the version that the client has seen."""
    product = commands.lock_product(session, product_id_of(session, key))
    etag.check_if_match(product.version, required=required)
    return product


def _marked(session: Session, product_id: UUID) -> Card:
    card = queries.get_product(session, product_id, include_hidden=True)
    etag.mark(card.version, msgspec.json.encode(product_body(card)))
    return card


def _location(card: Card) -> str:
    return f"/api/v1/products/{ids.to_text('prd', card.id)}"
