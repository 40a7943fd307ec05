"""Lists, searches and single products, from the listing rows that `publish` keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from libs.db.statement import Statement
from services.catalog.errors import ProductNotFound
from services.catalog.models.tables import WHOLE_SHOP, Listing, Product, ProductNumber
from services.catalog.queries.attributes import definitions_of
from services.catalog.queries.cards import Card, hydrate
from services.catalog.queries.facets import Facet, count_facets
from services.catalog.rules.attributes import narrowings
from services.catalog.rules.text import search_expression

Sort = Literal["name", "-name", "price", "-price", "created_at", "-created_at"]
# Ranking reads every match, so it looks at this many at most; a word that more products have says
# little about any of them.
MAX_RANKED = 1000
_COLUMNS = {"name": Listing.sort_name, "price": Listing.amount, "created_at": Listing.created_at}

_resolve = Statement(
    """
    SELECT (SELECT id FROM category WHERE slug = $1), (SELECT id FROM brand WHERE slug = $2)
    """
)
_resolve_below = Statement(
    """
    WITH RECURSIVE subtree AS (
        SELECT id FROM category WHERE slug = $1
        UNION ALL
        SELECT c.id FROM category c JOIN subtree s ON c.parent_id = s.id
    )
    SELECT (SELECT array_agg(id) FROM subtree), (SELECT id FROM brand WHERE slug = $2)
    """
)


@dataclass(frozen=True)
class Criteria:
    """What a list is narrowed to; prices are in minor units. Without sort, a search is by rank."""

    category: str | None = None
    brand: str | None = None
    q: str | None = None
    price_gte: int | None = None
    price_lte: int | None = None
    in_stock: bool | None = None
    currency: str | None = None
    attributes: tuple[str, ...] = ()
    facets: bool = False
    sort: Sort | None = None
    include_hidden: bool = False


@dataclass(frozen=True)
class FacetedPage(Page[Card]):
    """A page of products; facets are counted only where they were asked for."""

    facets: list[Facet] | None = None


def list_products(
    session: Session, criteria: Criteria, *, cursor: str | None, limit: int
) -> FacetedPage:
    """One page in three statements at most, whatever it holds; attributes and facets add some."""
    narrowed = _narrowed(session, criteria)
    if narrowed is None:
        return FacetedPage([], None, None, [] if criteria.facets else None)
    if criteria.q is not None and criteria.sort is None:
        page = _by_rank(session, narrowed, criteria.q, cursor, limit)
    else:
        keys = _keys(criteria.sort or "-created_at")
        page = fetch_page(session, narrowed, keys, cursor, limit)
    cards = hydrate(session, page.items, criteria.currency)
    facets = count_facets(session, narrowed) if criteria.facets else None
    return FacetedPage(cards, page.next, page.prev, facets)


def get_product(session: Session, product_id: UUID, *, include_hidden: bool = False) -> Card:
    """The product; a hidden one is as good as none."""
    cards = hydrate(session, [product_id], None)
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


def _narrowed(session: Session, criteria: Criteria) -> Select[Any] | None:
    """The matching product ids; None when category, brand or words are nobody's."""
    conditions = [*_conditions(criteria), *_attribute_conditions(session, criteria.attributes)]
    if criteria.category is None and criteria.brand is None:
        category, brand = None, None
    else:
        resolve = _resolve if criteria.q is None else _resolve_below
        category, brand = resolve.first(session, criteria.category, criteria.brand) or (None, None)
        if (criteria.category and not category) or (criteria.brand and not brand):
            return None
    if brand is not None:
        conditions.append(Listing.brand_id == brand)
    if criteria.q is None:
        conditions.append(Listing.shelf_id == (category or WHOLE_SHOP))
        return select(Listing.product_id).where(*conditions)
    expression = search_expression(criteria.q)
    if not expression:
        return None
    conditions.append(Listing.search.bool_op("@@")(_tsquery(expression)))
    if category is not None:
        conditions.append(Listing.category_id == any_(literal(category, ARRAY(Uuid))))
    return select(Listing.product_id).where(*conditions)


def _conditions(criteria: Criteria) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if criteria.currency is None:
        conditions.append(and_(Listing.is_main))
    else:
        conditions.append(Listing.currency == criteria.currency)
    if not criteria.include_hidden:
        conditions.append(and_(Listing.visible))
    if criteria.in_stock is not None:
        conditions.append(and_(Listing.in_stock) if criteria.in_stock else not_(Listing.in_stock))
    if criteria.price_gte is not None:
        conditions.append(Listing.amount >= criteria.price_gte)
    if criteria.price_lte is not None:
        conditions.append(Listing.amount <= criteria.price_lte)
    return conditions


def _attribute_conditions(session: Session, wanted: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    if not wanted:
        return
    codes = {text.partition(":")[0] for text in wanted}
    for one in narrowings(definitions_of(session, codes), wanted):
        if one.values:
            entries = [f"{one.code}={value}" for value in one.values]
            yield Listing.facets.op("&&")(cast(entries, ARRAY(Text)))
        else:
            number = ProductNumber.value
            bounds = [number >= one.least] if one.least is not None else []
            bounds += [number <= one.most] if one.most is not None else []
            same = ProductNumber.product_id == Listing.product_id
            yield exists().where(same, ProductNumber.code == one.code, *bounds)


def _tsquery(expression: str) -> ColumnElement[Any]:
    return func.to_tsquery("english", expression)


def _keys(sort: Sort) -> list[Key]:
    direction: Literal["asc", "desc"] = "desc" if sort.startswith("-") else "asc"
    column = _COLUMNS[sort.removeprefix("-")]
    return [Key(column, direction), Key(Listing.product_id, direction)]


def _by_rank(
    session: Session, narrowed: Select[Any], q: str, cursor: str | None, limit: int
) -> Page[UUID]:
    # Whole numbers, since a cursor must find its place again exactly.
    share = func.ts_rank(Listing.search, _tsquery(search_expression(q)), 1)
    rank = cast(share * 1_000_000, BigInteger).label("rank")
    matches = narrowed.add_columns(rank).limit(MAX_RANKED).subquery()
    keys = [Key(matches.c.rank, "desc"), Key(matches.c.product_id, "desc")]
    return fetch_page(session, select(matches.c.product_id), keys, cursor, limit)
