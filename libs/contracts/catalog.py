"""What catalog announces, and its ordinary tasks."""

from typing import ClassVar
from uuid import UUID

import msgspec

from libs.messaging.message import Fact, Job


class VariantPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What one piece costs in one currency, in minor units."""

    currency: str
    amount_minor: int


class ProductVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that can be bought."""

    variant_id: UUID
    sku: str
    title: str
    prices: tuple[VariantPrice, ...]
    weight_grams: int = 0


class ProductCategory(msgspec.Struct, frozen=True, kw_only=True):
    """A category as it now stands; `version` only grows."""

    category_id: UUID
    version: int
    slug: str
    name: str


class ProductChanged(Fact, frozen=True, kw_only=True):
    """A product as it now stands, all variants included; `active=False` cannot be bought.

    `category_ids` are its category and all above it.
    """

    wire_name: ClassVar[str] = "catalog.product_changed.v1"

    product_id: UUID
    version: int
    slug: str
    name: str
    active: bool
    tax_category: str
    variants: tuple[ProductVariant, ...]
    category_ids: tuple[UUID, ...] = ()
    category: ProductCategory | None = None


class CategoryChanged(Fact, frozen=True, kw_only=True):
    """A category got another name or address; where it lies does not count."""

    wire_name: ClassVar[str] = "catalog.category_changed.v1"

    category: ProductCategory


class WorkImports(Job, frozen=True, kw_only=True):
    """Work what imports have stored; the import named is the one that asked."""

    wire_name: ClassVar[str] = "catalog.work_imports.v1"

    import_id: UUID


class IndexProducts(Job, frozen=True, kw_only=True):
    """Let searches learn of products that have changed."""

    wire_name: ClassVar[str] = "catalog.index_products.v1"

    product_ids: tuple[UUID, ...]


class WorkImage(Job, frozen=True, kw_only=True):
    """Make the files of an uploaded image, or remove those of a deleted one."""

    wire_name: ClassVar[str] = "catalog.work_image.v1"

    image_id: UUID
