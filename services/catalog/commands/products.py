"""Writes of single products. The caller owns the transaction and has the product locked."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from libs import clock
from libs.ids import uuid7
from libs.money import Money
from services.catalog.commands.attributes import checked_values
from services.catalog.commands.publish import publish
from services.catalog.errors import (
    ProductNotFound,
    SkuTaken,
    SlugTaken,
    UnknownBrand,
    UnknownCategory,
)
from services.catalog.models.tables import Brand, Category, Price, Product, Variant
from services.catalog.rules.product import (
    RESERVED_SLUGS,
    ProductDraft,
    VariantDraft,
    check_variants,
)
from services.catalog.rules.text import slugify


def create_product(session: Session, draft: ProductDraft, actor: UUID | None) -> Product:
    """A new product with its variants, announced as version 1."""
    now = clock.now()
    product = Product(
        id=uuid7(),
        slug=draft.slug or _free_slug(session, draft.name),
        version=0,
        created_at=now,
        updated_at=now,
        variants=[],
    )
    if draft.slug:
        _check_slug(session, draft.slug)
    _write(session, product, draft)
    session.add(product)
    publish(session, [product.id], "created", actor)
    return product


def lock_product(session: Session, product_id: UUID) -> Product:
    """The product with all that belongs to it, held until the transaction ends."""
    statement = select(Product).where(Product.id == product_id).with_for_update()
    whole = selectinload(Product.variants).selectinload(Variant.prices)
    product = session.scalars(statement.options(whole)).one_or_none()
    if product is None:
        raise ProductNotFound("there is no such product")
    return product


def replace_product(
    session: Session, product: Product, draft: ProductDraft, actor: UUID | None
) -> None:
    """Make the product what the draft says; one that says nothing new changes nothing.

    Variants are told apart by SKU: one that is left out is removed and comes back, with its id and
    stock, when its SKU does.
    """
    draft = dataclasses.replace(draft, slug=draft.slug or product.slug)
    if draft == draft_of(session, product):
        return
    if draft.slug != product.slug:
        _check_slug(session, draft.slug or "")
        product.slug = draft.slug or product.slug
    _write(session, product, draft)
    publish(session, [product.id], "updated", actor)


def change_product(
    session: Session, product: Product, changes: Mapping[str, Any], actor: UUID | None
) -> None:
    """Replace only the named fields of the product's draft."""
    draft = dataclasses.replace(draft_of(session, product), **changes)
    replace_product(session, product, draft, actor)


def delete_product(session: Session, product: Product, actor: UUID | None) -> None:
    """Hide it from everybody but administrators; harmless when repeated."""
    if product.deleted_at is None:
        product.deleted_at = clock.now()
        publish(session, [product.id], "deleted", actor)


def restore_product(session: Session, product: Product, actor: UUID | None) -> None:
    """Undo the deletion; harmless when repeated."""
    if product.deleted_at is not None:
        product.deleted_at = None
        publish(session, [product.id], "restored", actor)


def draft_of(session: Session, product: Product) -> ProductDraft:
    """The product as an author would have to write it."""
    category = select(Category.slug).where(Category.id == product.category_id)
    brand = select(Brand.slug).where(Brand.id == product.brand_id)
    return ProductDraft(
        name=product.name,
        variants=tuple(_variant_draft(v) for v in product.variants if not v.removed),
        slug=product.slug,
        description=product.description,
        category=session.scalar(category) if product.category_id else None,
        brand=session.scalar(brand) if product.brand_id else None,
        tax_category=product.tax_category,
        status="active" if product.status == "active" else "inactive",
        details=product.details,
        attributes=product.attributes,
    )


def _variant_draft(variant: Variant) -> VariantDraft:
    return VariantDraft(
        sku=variant.sku,
        prices=tuple(Money(price.amount, price.currency) for price in variant.prices),
        options=variant.options,
        barcode=variant.barcode,
        weight_g=variant.weight_g,
    )


def _write(session: Session, product: Product, draft: ProductDraft) -> None:
    check_variants(draft.variants)
    _check_skus(session, product.id, [variant.sku for variant in draft.variants])
    product.name = draft.name
    product.description = draft.description
    product.category_id = _category_id(session, draft.category)
    product.brand_id = _brand_id(session, draft.brand)
    product.tax_category = draft.tax_category
    product.status = draft.status
    product.details = dict(draft.details)
    product.attributes = checked_values(session, draft.attributes)
    _write_variants(product, draft)


def _write_variants(product: Product, draft: ProductDraft) -> None:
    existing = {variant.sku: variant for variant in product.variants}
    for variant in product.variants:
        variant.removed = True
    for position, wanted in enumerate(draft.variants):
        variant = existing.get(wanted.sku) or Variant(id=uuid7(), sku=wanted.sku, prices=[])
        variant.position = position
        variant.removed = False
        variant.barcode = wanted.barcode
        variant.weight_g = wanted.weight_g
        variant.options = dict(wanted.options)
        _write_prices(variant, wanted.prices)
        if wanted.sku not in existing:
            product.variants.append(variant)


def _write_prices(variant: Variant, wanted: tuple[Money, ...]) -> None:
    existing = {price.currency: price for price in variant.prices}
    variant.prices = [
        existing.get(money.currency) or Price(currency=money.currency) for money in wanted
    ]
    for position, (price, money) in enumerate(zip(variant.prices, wanted, strict=True)):
        price.amount = money.amount
        price.position = position


def _check_slug(session: Session, slug: str) -> None:
    if _is_taken(session, slug):
        raise SlugTaken(f"another product has the slug {slug}", slug=slug)


def _free_slug(session: Session, name: str) -> str:
    """The name's slug, told apart by a few letters of chance when it is taken."""
    slug = slugify(name)
    return f"{slug[:100]}-{uuid7().hex[-8:]}" if _is_taken(session, slug) else slug


def _is_taken(session: Session, slug: str) -> bool:
    used = select(exists().where(Product.slug == slug))
    return slug in RESERVED_SLUGS or bool(session.scalar(used))


def _check_skus(session: Session, product_id: UUID, skus: list[str]) -> None:
    elsewhere = select(Variant.sku).where(Variant.sku.in_(skus), Variant.product_id != product_id)
    if taken := session.scalars(elsewhere.order_by(Variant.sku)).all():
        raise SkuTaken(f"another product has the SKU {taken[0]}", skus=list(taken))


def _category_id(session: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = session.scalar(select(Category.id).where(Category.slug == slug))
    if found is None:
        raise UnknownCategory(f"there is no category {slug}")
    return found


def _brand_id(session: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = session.scalar(select(Brand.id).where(Brand.slug == slug))
    if found is None:
        raise UnknownBrand(f"there is no brand {slug}")
    return found
