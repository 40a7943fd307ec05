"""Loads products for an import and writes them back, each kind of row by one statement."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from services.catalog.rules.import_merge import ProductState, VariantState

# Joined, since `= ANY` of a parameter compares one by one wherever the planner takes no index.
_owners = Statement(
    "SELECT sku, product_id FROM unnest($1::text[]) wanted (sku) JOIN variant USING (sku)"
)
_keyed = Statement(
    "SELECT p.import_key, p.id FROM unnest($1::text[]) w (key) JOIN product p ON import_key = key"
)
_slug_owners = Statement(
    "SELECT slug, id FROM unnest($1::text[]) wanted (slug) JOIN product USING (slug)"
)
_products = Statement(
    """
    SELECT id, import_key, slug, name, description, category_id, brand_id, tax_category,
        deleted_at IS NOT NULL
    FROM product WHERE id = ANY($1::uuid[])
    ORDER BY id FOR UPDATE
    """
)
_variants = Statement(
    """
    SELECT v.product_id, v.id, v.sku, v.position, v.barcode, v.weight_g, v.options::text,
        v.removed, p.prices
    FROM variant v
    CROSS JOIN LATERAL (
        SELECT json_object_agg(currency, json_build_array(amount, position))::text AS prices
        FROM price WHERE variant_id = v.id
    ) p
    WHERE v.product_id = ANY($1::uuid[])
    """
)
_add_products = Statement(
    """
    INSERT INTO product (
        id, import_key, slug, name, description, category_id, brand_id, tax_category,
        status, metadata, version, created_at, updated_at
    )
    SELECT *, 'active', '{}', 0, $9, $9
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
        $7::uuid[], $8::text[])
    """
)
_change_products = Statement(
    """
    UPDATE product p SET slug = new.slug, name = new.name, description = new.description,
        category_id = new.category_id, brand_id = new.brand_id, tax_category = new.tax_category
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
        $7::uuid[], $8::text[])
        AS new (id, import_key, slug, name, description, category_id, brand_id, tax_category)
    WHERE p.id = new.id
    """
)
_add_variants = Statement(
    """
    INSERT INTO variant (product_id, id, sku, position, barcode, weight_g, options, removed)
    SELECT product_id, id, sku, position, barcode, weight_g, options::jsonb, false
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
        $7::text[]) AS new (product_id, id, sku, position, barcode, weight_g, options)
    """
)
_change_variants = Statement(
    """
    UPDATE variant v SET barcode = new.barcode, weight_g = new.weight_g,
        options = new.options::jsonb, removed = false
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
        $7::text[]) AS new (product_id, id, sku, position, barcode, weight_g, options)
    WHERE v.id = new.id
    """
)
_set_prices = Statement(
    """
    INSERT INTO price (variant_id, currency, amount, position)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])
    ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount
        WHERE price.amount <> excluded.amount
    """
)

_Prices = dict[str, tuple[int, int]]
_decode_options = msgspec.json.Decoder(dict[str, str]).decode
_decode_prices = msgspec.json.Decoder(_Prices).decode


def owners(session: Session, skus: Iterable[str]) -> dict[str, UUID]:
    """The product of each SKU that is known."""
    return dict(_owners.rows(session, list(skus)))


def keyed(session: Session, keys: Iterable[str]) -> dict[str, UUID]:
    """The product that an earlier import made for each key."""
    return dict(_keyed.rows(session, list(keys)))


def slug_owners(session: Session, slugs: Iterable[str]) -> dict[str, UUID]:
    """The product behind each slug that is taken."""
    return dict(_slug_owners.rows(session, list(slugs)))


def load(session: Session, product_ids: Sequence[UUID]) -> dict[UUID, ProductState]:
    """Those of the products that exist, whole, and locked in the order of the sorted ids."""
    ids = list(product_ids)
    found = {row[0]: ProductState(*row) for row in _products.rows(session, ids)}
    for product_id, *fields, options, removed, prices in _variants.rows(session, list(found)):
        values = (*fields, _decode_options(options), removed, _decode_prices(prices or "{}"))
        state = VariantState(*values)
        found[product_id].variants[state.sku] = state
    return found


def write(session: Session, products: Sequence[ProductState]) -> None:
    """Store what was changed or is new."""
    if new := [product for product in products if product.is_new]:
        _add_products.later(session, *_product_columns(new), clock.now())
    if changed := [product for product in products if product.changes and not product.is_new]:
        _change_products.later(session, *_product_columns(changed))
    variants = [
        (product.id, variant)
        for product in products
        for variant in product.variants.values()
        if variant.changes
    ]
    if added := [pair for pair in variants if pair[1].is_new]:
        _add_variants.later(session, *_variant_columns(added))
    if edited := [pair for pair in variants if not pair[1].is_new]:
        _change_variants.later(session, *_variant_columns(edited))
    _write_prices(session, [variant for _, variant in variants])


def _product_columns(products: Sequence[ProductState]) -> list[list[object]]:
    rows = [
        (p.id, p.import_key, p.slug, p.name, p.description, p.category_id, p.brand_id)
        for p in products
    ]
    return [
        *(list(column) for column in zip(*rows, strict=True)),
        [p.tax_category for p in products],
    ]


def _variant_columns(variants: Sequence[tuple[UUID, VariantState]]) -> list[list[object]]:
    rows = [
        (product_id, v.id, v.sku, v.position, v.barcode, v.weight_g, _encode(v.options))
        for product_id, v in variants
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _write_prices(session: Session, variants: Sequence[VariantState]) -> None:
    rows = [
        (variant.id, currency, amount, position)
        for variant in variants
        for currency, (amount, position) in variant.prices.items()
    ]
    if rows:
        _set_prices.later(session, *(list(column) for column in zip(*rows, strict=True)))


def _encode(options: dict[str, str]) -> str:
    return msgspec.json.encode(options).decode()
