"""Applies imported rows to products, many rows to a statement."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from libs.ids import uuid7
from services.catalog.commands import import_store
from services.catalog.commands.import_taxonomy import brand_ids, category_ids
from services.catalog.commands.publish import publish
from services.catalog.rules.import_merge import (
    Outcome,
    ProductState,
    Surroundings,
    merge,
    slug_wishes,
)
from services.catalog.rules.import_row import Fault, Row
from services.catalog.rules.product import RESERVED_SLUGS

_NOBODY = UUID(int=0)


@dataclass
class Report:
    """What became of some rows: every one is counted once."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


def apply_rows(session: Session, rows: Sequence[Row], actor: UUID | None) -> Report:
    """Create or update what the rows describe, in their order as far as one SKU is concerned."""
    report = Report()
    for wave in _waves(rows):
        _apply_wave(session, wave, actor, report)
    return report


def _waves(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The first row of every SKU, then the second of those that have one, and so on."""
    waves: list[list[Row]] = []
    seen: Counter[str] = Counter()
    for row in rows:
        if seen[row.sku] == len(waves):
            waves.append([])
        waves[seen[row.sku]].append(row)
        seen[row.sku] += 1
    yield from waves


def _apply_wave(session: Session, rows: list[Row], actor: UUID | None, report: Report) -> None:
    by_product = _assign(session, rows, report)
    products = import_store.load(session, sorted(by_product))
    around = _surroundings(session, rows)
    for product_id, assigned in by_product.items():
        product = products.get(product_id)
        if product is None:
            product = ProductState(id=product_id, import_key=assigned[0].product, is_new=True)
            products[product_id] = product
        for row in assigned:
            result = merge(product, row, around)
            if isinstance(result, Fault):
                report.faults.append(result)
            else:
                report.counts[result] += 1
    touched = [product for product in products.values() if product.touched]
    import_store.write(session, touched)
    publish(session, [product.id for product in touched], "imported", actor)


def _assign(session: Session, rows: list[Row], report: Report) -> dict[UUID, list[Row]]:
    """The product of each row: its key's, else its SKU's, else a new one."""
    owners = import_store.owners(session, [row.sku for row in rows])
    keyed = import_store.keyed(session, {row.product for row in rows if row.product})
    assigned: dict[UUID, list[Row]] = {}
    for row in rows:
        owner = owners.get(row.sku)
        if row.product is None:
            target = owner or uuid7()
        else:
            target = keyed.setdefault(row.product, uuid7())
            if owner not in (None, target):
                fault = Fault(row.number, "product", "is another than the SKU has already")
                report.faults.append(fault)
                continue
        assigned.setdefault(target, []).append(row)
    return assigned


def _surroundings(session: Session, rows: list[Row]) -> Surroundings:
    slugs = {row.slug for row in rows if row.slug}
    slugs.update(wish for row in rows if not row.slug for wish in slug_wishes(row))
    return Surroundings(
        categories=category_ids(session, {row.category for row in rows if row.category}),
        brands=brand_ids(session, {row.brand for row in rows if row.brand}),
        slugs=dict.fromkeys(RESERVED_SLUGS, _NOBODY) | import_store.slug_owners(session, slugs),
    )
