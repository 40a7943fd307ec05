"""Lists, searches and single products, from the listing rows that `publish` keeps."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.catalog.errors import ProductNotFound
from services.catalog.models.tables import Listing, Product
from services.catalog.queries.cards import Card, hydrate
from services.catalog.queries.criteria import Criteria, Sort, narrowed, tsquery
from services.catalog.queries.facets import Facet, count_facets
from services.catalog.queries.spelling import corrected
from services.catalog.rules.text import search_expression

# Ranking reads every match, so it looks at this many at most; a word that more products have says
# little about any of them.
MAX_RANKED = 300
_COLUMNS = {
    "name": Listing.sort_name,
    "price": Listing.amount,
    "created_at": Listing.created_at,
    "discount": Listing.discount,
}


@dataclass(frozen=True)
class FacetedPage(Page[Card]):
    """A page of products; facets are counted only where they were asked for."""

    facets: list[Facet] | None = None


def list_products(
    session: Session,
    criteria: Criteria,
    *,
    cursor: str | None,
    limit: int,
    found: Page[UUID] | None = None,
) -> FacetedPage:
    """One page in three statements at most, whatever it holds; attributes and facets add some.

    `found` is what a search index has found already; facets are counted here all the same.
    """
    matches: Select[Any] | None = None
    if found is None or criteria.facets:
        own, matches = _find(session, criteria, cursor if found is None else None, limit)
        found = own if found is None else found
    cards = hydrate(session, found.items, criteria.currency, criteria.locales)
    if not criteria.include_hidden:
        cards = [card for card in cards if _is_visible(card)]
    facets = None
    if criteria.facets:
        facets = [] if matches is None else count_facets(session, matches)
    return FacetedPage(cards, found.next, found.prev, facets)


def get_product(
    session: Session,
    product_id: UUID,
    *,
    include_hidden: bool = False,
    locales: tuple[str, ...] = (),
) -> Card:
    """The product; a hidden one is as good as none."""
    cards = hydrate(session, [product_id], None, locales)
    if not cards or not (include_hidden or _is_visible(cards[0])):
        raise ProductNotFound("there is no such product")
    return cards[0]


def get_product_id(session: Session, slug: str) -> UUID:
    """Which product answers to the slug."""
    found = session.scalar(select(Product.id).where(Product.slug == slug))
    if found is None:
        raise ProductNotFound("there is no such product")
    return found


def _is_visible(card: Card) -> bool:
    return card.status == "active" and card.deleted_at is None


def _find(
    session: Session, criteria: Criteria, cursor: str | None, limit: int
) -> tuple[Page[UUID], Select[Any] | None]:
    """A page of ids, and the select of all that match; words that nothing has are corrected."""
    words = None if criteria.q is None else search_expression(criteria.q)
    matches = narrowed(session, criteria, words)
    page = _page(session, criteria, matches, words, cursor, limit)
    if criteria.q is None or page.items or _any(session, matches):
        return page, matches
    guess = corrected(session, criteria.q)
    matches = narrowed(session, criteria, guess)
    return _page(session, criteria, matches, guess, cursor, limit), matches


def _any(session: Session, matches: Select[Any] | None) -> bool:
    return matches is not None and session.scalar(matches.limit(1)) is not None


def _page(
    session: Session,
    criteria: Criteria,
    matches: Select[Any] | None,
    words: str | None,
    cursor: str | None,
    limit: int,
) -> Page[UUID]:
    if matches is None:
        return Page([], None, None)
    if words is not None and criteria.sort is None:
        return _by_rank(session, matches, words, cursor, limit)
    return fetch_page(session, matches, _keys(criteria.sort or "-created_at"), cursor, limit)


def _keys(sort: Sort) -> list[Key]:
    direction: Literal["asc", "desc"] = "desc" if sort.startswith("-") else "asc"
    column = _COLUMNS[sort.removeprefix("-")]
    return [Key(column, direction), Key(Listing.product_id, direction)]


def _by_rank(
    session: Session, matches: Select[Any], words: str, cursor: str | None, limit: int
) -> Page[UUID]:
    # Whole numbers, since a cursor must find its place again exactly.
    share = func.ts_rank(Listing.search, tsquery(words), 1)
    rank = cast(share * 1_000_000, BigInteger).label("rank")
    ranked = matches.add_columns(rank).limit(MAX_RANKED).subquery()
    keys = [Key(ranked.c.rank, "desc"), Key(ranked.c.product_id, "desc")]
    return fetch_page(session, select(ranked.c.product_id), keys, cursor, limit)
