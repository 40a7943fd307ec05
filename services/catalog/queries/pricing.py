"""Price lists with their prices, and what products have cost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from libs.money import Money
from services.catalog.errors import PriceListNotFound
from services.catalog.models.tables import PriceHistory, PriceList, PriceListEntry, Variant


@dataclass(frozen=True)
class ListedPrice:
    """What a list asks for a variant."""

    sku: str
    price: Money


@dataclass(frozen=True)
class PastPrice:
    """What a variant has cost since when."""

    sku: str
    price: Money
    since: datetime


def list_price_lists(session: Session, *, cursor: str | None, limit: int) -> Page[PriceList]:
    """All lists by code."""
    return fetch_page(session, select(PriceList), [Key(PriceList.code)], cursor, limit)


def get_price_list(session: Session, code: str) -> PriceList:
    """The list."""
    found = session.scalars(select(PriceList).where(PriceList.code == code)).one_or_none()
    if found is None:
        raise PriceListNotFound("there is no such price list")
    return found


def list_prices(
    session: Session, code: str, *, cursor: str | None, limit: int
) -> Page[ListedPrice]:
    """The prices of a list by variant."""
    found = get_price_list(session, code)
    statement = select(PriceListEntry).where(
        PriceListEntry.list_id == found.id, PriceListEntry.amount.is_not(None)
    )
    keys = [Key(PriceListEntry.variant_id), Key(PriceListEntry.currency)]
    page: Page[PriceListEntry] = fetch_page(session, statement, keys, cursor, limit)
    skus = _skus(session, [entry.variant_id for entry in page.items])
    items = [
        ListedPrice(skus[entry.variant_id], Money(entry.amount or 0, entry.currency))
        for entry in page.items
    ]
    return Page(items, page.next, page.prev)


def list_price_history(
    session: Session, product_id: UUID, *, cursor: str | None, limit: int
) -> Page[PastPrice]:
    """What the variants of a product have cost, the newest first."""
    statement = (
        select(PriceHistory)
        .join(Variant, Variant.id == PriceHistory.variant_id)
        .where(Variant.product_id == product_id)
    )
    keys = [
        Key(PriceHistory.since, "desc"),
        Key(PriceHistory.variant_id),
        Key(PriceHistory.currency),
    ]
    page: Page[PriceHistory] = fetch_page(session, statement, keys, cursor, limit)
    skus = _skus(session, [row.variant_id for row in page.items])
    items = [
        PastPrice(skus[row.variant_id], Money(row.amount, row.currency), row.since)
        for row in page.items
    ]
    return Page(items, page.next, page.prev)


def _skus(session: Session, variant_ids: list[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Variant.id, Variant.sku).where(Variant.id.in_(variant_ids)))
    return {row.id: row.sku for row in rows}
