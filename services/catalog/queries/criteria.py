"""What a list is narrowed to, as a select of listing rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
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

from libs.db.statement import Statement
from services.catalog.models.tables import WHOLE_SHOP, Listing, ProductNumber
from services.catalog.queries.attributes import definitions_of
from services.catalog.rules.attributes import Narrowing, narrowings

Sort = Literal["name", "-name", "price", "-price", "created_at", "-created_at", "-discount"]

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
    discount_gte: int | None = None
    in_stock: bool | None = None
    currency: str | None = None
    attributes: tuple[str, ...] = ()
    facets: bool = False
    locales: tuple[str, ...] = ()
    sort: Sort | None = None
    include_hidden: bool = False


def narrowed(session: Session, criteria: Criteria, words: str | None) -> Select[Any] | None:
    """The ids of matching products; None when category, brand or words are nobody's.

    `words` is a tsquery's text; without it the list is not a search.
    """
    conditions = [*_conditions(criteria), *_attribute_conditions(session, criteria.attributes)]
    category, brand = None, None
    if criteria.category or criteria.brand:
        resolve = _resolve if words is None else _resolve_below
        category, brand = resolve.first(session, criteria.category, criteria.brand) or (None, None)
        if (criteria.category and not category) or (criteria.brand and not brand):
            return None
    if brand is not None:
        conditions.append(Listing.brand_id == brand)
    if words is None:
        conditions.append(Listing.shelf_id == (category or WHOLE_SHOP))
        return select(Listing.product_id).where(*conditions)
    if not words:
        return None
    conditions.append(Listing.search.bool_op("@@")(tsquery(words)))
    if category is not None:
        conditions.append(Listing.category_id == any_(literal(category, ARRAY(Uuid))))
    return select(Listing.product_id).where(*conditions)


def tsquery(words: str) -> ColumnElement[Any]:
    """As the listing's words were stemmed."""
    return func.to_tsquery("english", words)


def attribute_narrowings(session: Session, wanted: Sequence[str]) -> tuple[Narrowing, ...]:
    """What `code:value` texts ask for, by the definitions there are."""
    if not wanted:
        return ()
    codes = {text.partition(":")[0] for text in wanted}
    return narrowings(definitions_of(session, codes), wanted)


def _conditions(criteria: Criteria) -> Iterator[ColumnElement[bool]]:
    if criteria.currency is None:
        yield and_(Listing.is_main)
    else:
        yield Listing.currency == criteria.currency
    if not criteria.include_hidden:
        yield and_(Listing.visible)
    if criteria.in_stock is not None:
        yield and_(Listing.in_stock) if criteria.in_stock else not_(Listing.in_stock)
    if criteria.price_gte is not None:
        yield Listing.amount >= criteria.price_gte
    if criteria.price_lte is not None:
        yield Listing.amount <= criteria.price_lte
    if criteria.discount_gte is not None:
        yield Listing.discount >= criteria.discount_gte
    if criteria.sort == "-discount":
        yield Listing.discount > 0


def _attribute_conditions(session: Session, wanted: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    for one in attribute_narrowings(session, wanted):
        if one.values:
            entries = [f"{one.code}={value}" for value in one.values]
            yield Listing.facets.op("&&")(cast(entries, ARRAY(Text)))
        else:
            number = ProductNumber.value
            bounds = [number >= one.least] if one.least is not None else []
            bounds += [number <= one.most] if one.most is not None else []
            same = ProductNumber.product_id == Listing.product_id
            yield exists().where(same, ProductNumber.code == one.code, *bounds)
