"""What a product must be, whoever describes it: the API or an imported file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from libs.money import Money
from services.catalog.errors import SameOptions, SameSku

MAX_AMOUNT = 10**12
# A product travels whole in one message: with these bounds the largest one still fits into it.
MAX_VARIANTS = 64
MAX_PRICES = 8
_MAX_TITLE_BYTES = 200

MAX_NAME = 255
MAX_DESCRIPTION = 20_000
MAX_OPTIONS = 8
MAX_OPTION = 80
MAX_WEIGHT = 10**9
SKU = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/#+:-]{0,62}[A-Za-z0-9])?")
BARCODE = re.compile(r"[A-Za-z0-9-]{1,32}")
TAX_CATEGORY = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+){0,5}")
CURRENCY = re.compile(r"[A-Z]{3}")

# These are addresses of their own under /products.
RESERVED_SLUGS = frozenset({"search", "hot-deals", "export"})

Status = Literal["active", "inactive"]


@dataclass(frozen=True)
class VariantDraft:
    """A variant as its author wants it; the first price is shown where no currency is asked."""

    sku: str
    prices: tuple[Money, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    barcode: str | None = None
    weight_g: int = 0


@dataclass(frozen=True)
class ProductDraft:
    """A product as its author wants it; category and brand by slug, an absent slug is made."""

    name: str
    variants: tuple[VariantDraft, ...]
    slug: str | None = None
    description: str = ""
    category: str | None = None
    brand: str | None = None
    tax_category: str = "standard"
    status: Status = "active"
    details: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


def options_key(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Equal for equal options, whatever their order."""
    return tuple(sorted(options.items()))


def check_variants(variants: Iterable[VariantDraft]) -> None:
    """Refuse variants that a clerk (SKU) or a buyer (options) could not tell apart."""
    skus: set[str] = set()
    seen: dict[tuple[tuple[str, str], ...], str] = {}
    for variant in variants:
        if variant.sku in skus:
            raise SameSku(f"two variants have the SKU {variant.sku}")
        skus.add(variant.sku)
        other = seen.setdefault(options_key(variant.options), variant.sku)
        if other != variant.sku:
            raise SameOptions(f"{other} and {variant.sku} have the same options")


def variant_title(name: str, options: Mapping[str, str]) -> str:
    """`Mug (blue, large)`, cut to what a message bears."""
    title = f"{name} ({', '.join(options.values())})" if options else name
    return title.encode()[:_MAX_TITLE_BYTES].decode(errors="ignore")
