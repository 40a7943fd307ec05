"""Catalog on the web."""

from libs.http.app import WebService
from services.catalog.routes.attributes import attributes
from services.catalog.routes.collections import collections
from services.catalog.routes.export import export
from services.catalog.routes.images import images
from services.catalog.routes.imports import imports
from services.catalog.routes.media import media
from services.catalog.routes.pricing import price_lists
from services.catalog.routes.products import products
from services.catalog.routes.taxonomy import brands, categories
from services.catalog.routes.translations import translations
from services.catalog.settings import CatalogSettings

WEB = WebService(
    name="catalog",
    prefixes=(
        "/api/v1/products",
        "/api/v1/categories",
        "/api/v1/brands",
        "/api/v1/attributes",
        "/api/v1/collections",
        "/api/v1/price-lists",
        "/api/v1/imports",
        "/api/v1/media",
    ),
    blueprints=(
        products,
        export,
        translations,
        images,
        media,
        categories,
        brands,
        attributes,
        collections,
        price_lists,
        imports,
    ),
    settings=CatalogSettings,
)
