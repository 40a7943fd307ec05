"""What an imported row does to a product: pure, on the state that the batch has loaded."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from libs.ids import uuid7
from services.catalog.rules.import_row import Fault, Row
from services.catalog.rules.product import MAX_PRICES, MAX_VARIANTS, options_key
from services.catalog.rules.text import slugify

Outcome = Literal["created", "updated", "unchanged"]


@dataclass
class VariantState:
    """A variant as stored, or as it is going to be; prices are (amount, position) by currency."""

    id: UUID
    sku: str
    position: int
    barcode: str | None = None
    weight_g: int = 0
    options: dict[str, str] = field(default_factory=dict)
    removed: bool = False
    prices: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_new: bool = False
    changes: int = 0


@dataclass
class ProductState:
    """A product as stored, or as it is going to be, with all variants it ever had."""

    id: UUID
    import_key: str | None
    slug: str = ""
    name: str = ""
    description: str = ""
    category_id: UUID | None = None
    brand_id: UUID | None = None
    tax_category: str = "standard"
    deleted: bool = False
    variants: dict[str, VariantState] = field(default_factory=dict)
    is_new: bool = False
    changes: int = 0

    @property
    def touched(self) -> bool:
        """Whether anything of the aggregate differs from what is stored."""
        return self.changes > 0 or any(variant.changes for variant in self.variants.values())


@dataclass
class Surroundings:
    """What rows refer to: ids of category paths and brand slugs, owners of product slugs."""

    categories: dict[tuple[str, ...], UUID]
    brands: dict[str, UUID]
    slugs: dict[str, UUID]


def merge(product: ProductState, row: Row, around: Surroundings) -> Outcome | Fault:
    """Apply the row, or refuse it and leave the product as it was."""
    variant = product.variants.get(row.sku)
    if fault := _fault_of(product, variant, row, around):
        return fault
    if variant is None:
        _merge_product(product, row, around)
        position = len(product.variants)
        variant = VariantState(id=uuid7(), sku=row.sku, position=position, is_new=True)
        product.variants[row.sku] = variant
        _merge_variant(variant, row)
        return "created"
    before = product.changes + variant.changes
    _merge_product(product, row, around)
    _merge_variant(variant, row)
    return "updated" if product.changes + variant.changes > before else "unchanged"


def _fault_of(
    product: ProductState, variant: VariantState | None, row: Row, around: Surroundings
) -> Fault | None:
    if product.deleted:
        return Fault(row.number, "sku", "belongs to a deleted product; restore that first")
    if row.slug and around.slugs.get(row.slug, product.id) != product.id:
        return Fault(row.number, "slug", f"another product has the slug {row.slug}")
    live = [other for other in product.variants.values() if not other.removed]
    if (variant is None or variant.removed) and len(live) >= MAX_VARIANTS:
        return Fault(row.number, "product", f"has {MAX_VARIANTS} variants, which is the most")
    currencies = {row.price.currency, *(variant.prices if variant else ())}
    if len(currencies) > MAX_PRICES:
        return Fault(
            row.number, "currency", f"is one more than the {MAX_PRICES} a variant may have"
        )
    options = row.options if row.options is not None else variant.options if variant else {}
    wanted = options_key(options)
    for other in live:
        if other.sku != row.sku and options_key(other.options) == wanted:
            return Fault(row.number, "options", f"are those of {other.sku}, of the same product")
    return None


def _merge_product(product: ProductState, row: Row, around: Surroundings) -> None:
    _set(product, "name", row.name)
    if row.description is not None:
        _set(product, "description", row.description)
    if row.category is not None:
        _set(product, "category_id", around.categories.get(row.category))
    if row.brand is not None:
        _set(product, "brand_id", around.brands[slugify(row.brand)] if row.brand else None)
    if row.tax_category is not None:
        _set(product, "tax_category", row.tax_category)
    slug = row.slug or product.slug or _free_slug(product, row, around)
    around.slugs[slug] = product.id
    _set(product, "slug", slug)


def slug_wishes(row: Row) -> tuple[str, str]:
    """Slugs for a new product that does not ask for one, the best first."""
    return slugify(row.name), slugify(f"{slugify(row.name)[:60]}-{row.sku}")


def _free_slug(product: ProductState, row: Row, around: Surroundings) -> str:
    for wish in slug_wishes(row):
        if wish not in around.slugs:
            return wish
    return slugify(f"{slugify(row.name)[:100]}-{product.id.hex[-8:]}")


def _merge_variant(variant: VariantState, row: Row) -> None:
    _set(variant, "removed", False)
    if row.options is not None:
        _set(variant, "options", row.options)
    if row.weight_g is not None:
        _set(variant, "weight_g", row.weight_g)
    if row.barcode is not None:
        _set(variant, "barcode", row.barcode or None)
    amount, position = variant.prices.get(row.price.currency, (None, len(variant.prices)))
    if amount != row.price.amount:
        variant.prices[row.price.currency] = (row.price.amount, position)
        variant.changes += 1


def _set(state: ProductState | VariantState, name: str, value: Any) -> None:
    if getattr(state, name) != value:
        setattr(state, name, value)
        state.changes += 1
