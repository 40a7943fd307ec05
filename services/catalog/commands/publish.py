"""What every change of products ends with: a new version, its listing, its record, its fact."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.catalog import ProductCategory, ProductChanged, ProductVariant, VariantPrice
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from services.catalog.commands import listing
from services.catalog.commands.pricing import reprice
from services.catalog.rules.product import variant_title

Action = Literal["created", "updated", "deleted", "restored", "imported", "repriced"]

_next_version = Statement(
    """
    UPDATE product SET version = version + 1, updated_at = $2
    WHERE id = ANY($1::uuid[])
    """
)
_lock = Statement("SELECT FROM product WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE")
_states = Statement(
    """
    SELECT p.id, p.version, p.slug, p.name,
        p.status = 'active' AND p.deleted_at IS NULL, p.tax_category, v.variants,
        above.ids, c.id, c.version, c.slug, c.name
    FROM product p
    LEFT JOIN category c ON c.id = p.category_id
    CROSS JOIN LATERAL (
        WITH RECURSIVE above AS (
            SELECT c.id, c.parent_id WHERE c.id IS NOT NULL
            UNION ALL
            SELECT up.id, up.parent_id FROM above JOIN category up ON up.id = above.parent_id
        )
        SELECT coalesce(array_agg(id), '{}') AS ids FROM above
    ) above
    CROSS JOIN LATERAL (
        SELECT json_agg(
            json_build_array(v.id, v.sku, v.options, v.weight_g, pr.prices)
            ORDER BY v.position, v.id
        )::text AS variants
        FROM variant v
        CROSS JOIN LATERAL (
            SELECT json_agg(
                json_build_array(currency, coalesce(current, amount)) ORDER BY position, currency
            ) AS prices
            FROM price WHERE variant_id = v.id
        ) pr
        WHERE v.product_id = p.id AND NOT v.removed
    ) v
    WHERE p.id = ANY($1::uuid[])
    ORDER BY p.id
    """
)
_record = Statement(
    """
    INSERT INTO product_revision (product_id, version, action, actor, state, at)
    SELECT product_id, version, $4, $5::uuid, state::jsonb, $6
    FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS new (product_id, version, state)
    """
)


class _Variant(msgspec.Struct, array_like=True):
    id: UUID
    sku: str
    options: dict[str, str]
    weight_g: int
    prices: list[tuple[str, int]]


_variants = msgspec.json.Decoder(list[_Variant])
_encoder = msgspec.json.Encoder()


def publish(
    session: Session, product_ids: Sequence[UUID], action: Action, actor: UUID | None
) -> None:
    """Call once for products whose rows, locked by the caller, have just changed."""
    if not product_ids:
        return
    ids = sorted(product_ids)
    now = clock.now()
    _next_version.later(session, ids, now)
    reprice(session, ids, now)
    listing.refresh(session, ids)
    facts = _facts(session, ids)
    _record.later(
        session,
        [fact.product_id for fact in facts],
        [fact.version for fact in facts],
        [_encoder.encode(fact).decode() for fact in facts],
        action,
        actor,
        now,
    )
    for fact in facts:
        announce(session, fact)


def follow_taxonomy(session: Session, limit: int) -> int:
    """Bring products along whose category was moved or whose brand was renamed; how many there
    were. A new place in the tree is told as a change of the product."""
    stale = listing.find_stale(session, limit)
    if not stale:
        listing.settle(session)
    moved = {product_id for product_id, is_moved in stale if is_moved}
    _lock.rows(session, sorted(moved))
    publish(session, list(moved), "updated", None)
    if renamed := {product_id for product_id, _ in stale} - moved:
        listing.refresh(session, list(renamed))
    return len(stale)


def _facts(session: Session, ids: Sequence[UUID]) -> list[ProductChanged]:
    return [
        ProductChanged(
            product_id=product_id,
            version=version,
            slug=slug,
            name=name,
            active=active,
            tax_category=tax_category,
            variants=tuple(_variant(name, variant) for variant in _variants.decode(variants)),
            category_ids=tuple(above),
            category=_category(*category),
        )
        for product_id, version, slug, name, active, tax_category, variants, above, *category in (
            _states.rows(session, ids)
        )
    ]


def _category(
    category_id: UUID | None, version: int, slug: str, name: str
) -> ProductCategory | None:
    if category_id is None:
        return None
    return ProductCategory(category_id=category_id, version=version, slug=slug, name=name)


def _variant(name: str, variant: _Variant) -> ProductVariant:
    return ProductVariant(
        variant_id=variant.id,
        sku=variant.sku,
        title=variant_title(name, variant.options),
        prices=tuple(
            VariantPrice(currency=currency, amount_minor=amount)
            for currency, amount in variant.prices
        ),
        weight_grams=variant.weight_g,
    )
