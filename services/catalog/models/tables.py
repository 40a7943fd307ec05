"""Every table of catalog: who imports this module knows them all."""

from services.catalog.models.attributes import Attribute, ProductNumber
from services.catalog.models.base import Base
from services.catalog.models.collections import (
    Collection,
    CollectionProduct,
    ProductTranslation,
)
from services.catalog.models.images import ProductImage
from services.catalog.models.imports import Import, ImportChunk, RowError
from services.catalog.models.listing import WHOLE_SHOP, Listing, Rating, Stock
from services.catalog.models.pricing import PriceHistory, PriceList, PriceListEntry
from services.catalog.models.product import Price, Product, Revision, Variant
from services.catalog.models.search import SearchChange, Term
from services.catalog.models.taxonomy import Brand, Category

__all__ = [
    "WHOLE_SHOP",
    "Attribute",
    "Base",
    "Brand",
    "Category",
    "Collection",
    "CollectionProduct",
    "Import",
    "ImportChunk",
    "Listing",
    "Price",
    "PriceHistory",
    "PriceList",
    "PriceListEntry",
    "Product",
    "ProductImage",
    "ProductNumber",
    "ProductTranslation",
    "Rating",
    "Revision",
    "RowError",
    "SearchChange",
    "Stock",
    "Term",
    "Variant",
]
