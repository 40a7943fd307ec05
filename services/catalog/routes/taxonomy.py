"""Categories and brands over HTTP."""

from typing import Any

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.catalog.commands import brands as brand_commands
from services.catalog.commands import categories as category_commands
from services.catalog.models.tables import Brand, Category
from services.catalog.queries import taxonomy as queries
from services.catalog.schemas.taxonomy import (
    BrandPageSchema,
    BrandSchema,
    CategoryPageSchema,
    CategorySchema,
    ChangeBrandSchema,
    ChangeCategorySchema,
    CreateBrandSchema,
    CreateCategorySchema,
)

categories = Blueprint(
    "categories", __name__, url_prefix="/api/v1/categories", description="The tree of categories."
)
brands = Blueprint("brands", __name__, url_prefix="/api/v1/brands", description="Who makes it.")


@categories.get("")
@access(public=True)
@categories.arguments(PageArgs, location="query")
@categories.response(200, CategoryPageSchema)
def list_categories(args: dict[str, Any]) -> Page[Category]:
    """All categories by slug; `parent` makes the tree."""
    with reading() as session:
        return queries.list_categories(session, **args)


@categories.get("/<slug>")
@access(public=True)
@categories.response(200, CategorySchema)
def get_category(slug: str) -> Category:
    """A category by its slug."""
    with reading() as session:
        category = queries.get_category(session, slug)
    etag.check_if_none_match(category.version)
    return category


@categories.post("")
@access(roles=("admin",))
@idempotent(required=False)
@categories.arguments(CreateCategorySchema)
@categories.response(201, CategorySchema)
def create_category(body: dict[str, Any]) -> Response:
    """Add a category."""

    def work() -> Category:
        return category_commands.create_category(session, **body)

    with transaction() as session:
        return once(session, work, schema=CategorySchema, location=_category_address)


@categories.patch("/<slug>")
@access(roles=("admin",))
@categories.arguments(ChangeCategorySchema)
@categories.response(200, CategorySchema)
def change_category(body: dict[str, Any], slug: str) -> Category:
    """Rename, move or readdress a category with all that lies below it."""
    with transaction() as session:
        category = category_commands.lock_category(session, slug)
        etag.check_if_match(category.version)
        category_commands.change_category(session, category, body)
        return etag.marked(category)


@categories.delete("/<slug>")
@access(roles=("admin",))
@categories.response(204)
def delete_category(slug: str) -> None:
    """Remove a category that holds nothing."""
    with transaction() as session:
        category = category_commands.lock_category(session, slug)
        etag.check_if_match(category.version)
        category_commands.delete_category(session, category)


@brands.get("")
@access(public=True)
@brands.arguments(PageArgs, location="query")
@brands.response(200, BrandPageSchema)
def list_brands(args: dict[str, Any]) -> Page[Brand]:
    """All brands by slug."""
    with reading() as session:
        return queries.list_brands(session, **args)


@brands.get("/<slug>")
@access(public=True)
@brands.response(200, BrandSchema)
def get_brand(slug: str) -> Brand:
    """A brand by its slug."""
    with reading() as session:
        brand = queries.get_brand(session, slug)
    etag.check_if_none_match(brand.version)
    return brand


@brands.post("")
@access(roles=("admin",))
@idempotent(required=False)
@brands.arguments(CreateBrandSchema)
@brands.response(201, BrandSchema)
def create_brand(body: dict[str, Any]) -> Response:
    """Add a brand."""

    def work() -> Brand:
        return brand_commands.create_brand(session, **body)

    with transaction() as session:
        return once(session, work, schema=BrandSchema, location=_brand_address)


@brands.patch("/<slug>")
@access(roles=("admin",))
@brands.arguments(ChangeBrandSchema)
@brands.response(200, BrandSchema)
def change_brand(body: dict[str, Any], slug: str) -> Brand:
    """Rename or readdress a brand."""
    with transaction() as session:
        brand = brand_commands.lock_brand(session, slug)
        etag.check_if_match(brand.version)
        brand_commands.change_brand(session, brand, body)
        return etag.marked(brand)


@brands.delete("/<slug>")
@access(roles=("admin",))
@brands.response(204)
def delete_brand(slug: str) -> None:
    """Remove a brand that no product carries."""
    with transaction() as session:
        brand = brand_commands.lock_brand(session, slug)
        etag.check_if_match(brand.version)
        brand_commands.delete_brand(session, brand)


def _category_address(category: Category) -> str:
    return f"/api/v1/categories/{category.slug}"


def _brand_address(brand: Brand) -> str:
    return f"/api/v1/brands/{brand.slug}"
