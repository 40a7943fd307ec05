"""How many of the matches have which brand, category or attribute; bounded, however many match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select, Text, cast, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from services.catalog.models.tables import Brand, Category, Listing
from services.catalog.queries.attributes import filterable
from services.catalog.rules.attributes import Definition

# Counting reads every match, so it looks at this many at most, and says so.
MAX_COUNTED = 5_000
_MAX_VALUES = 20
_BRAND, _CATEGORY = "brand", "category"


@dataclass(frozen=True)
class FacetValue:
    """A value to narrow by: `label` is for people, `count` how many of the matches have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """What the matches differ in; `exact` is false where only a part of them was counted."""

    code: str
    name: str
    type: str
    unit: str | None
    exact: bool
    values: list[FacetValue]


def count_facets(session: Session, matches: Select[Any]) -> list[Facet]:
    """The facets of a select of listing rows: the most frequent values of each, first."""
    known = filterable(session)
    statement = _counting(matches, known)
    counts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, value, count in session.execute(statement):
        counts[code].append((value, count))
    total = counts.pop("", [("", 0)])[0][1]
    exact = total <= MAX_COUNTED
    found = [
        _named(session, Brand, "Brand", counts.pop(_BRAND, []), exact),
        _named(session, Category, "Category", counts.pop(_CATEGORY, []), exact),
        *(_attribute(known[code], counts[code], exact) for code in sorted(counts)),
    ]
    return [facet for facet in found if facet.values]


def _counting(matches: Select[Any], known: Mapping[str, Definition]) -> Select[Any]:
    """Rows of (facet, value, count); the facet '' counts the matches themselves."""
    columns = (Listing.facets, Listing.brand_id, Listing.category_id)
    some = matches.with_only_columns(*columns).limit(MAX_COUNTED + 1).cte("some")
    entries = select(func.unnest(some.c.facets).label("entry")).correlate(some).lateral()
    entry = entries.c.entry
    code = func.split_part(entry, "=", 1)
    attributes = (
        select(code.label("facet"), func.substr(entry, func.length(code) + 2).label("value"))
        .select_from(some.join(entries, true()))
        .where(code.in_(sorted(known)))
    )
    owners = [
        select(literal(name), cast(column, Text)).where(column.is_not(None))
        for name, column in ((_BRAND, some.c.brand_id), (_CATEGORY, some.c.category_id))
    ]
    total = select(literal(""), literal(""), func.count()).select_from(some)
    found = union_all(_most_frequent(union_all(attributes, *owners)), total).subquery()
    _, value, count = found.c
    return select(*found.c).order_by(count.desc(), value)


def _most_frequent(seen: CompoundSelect[Any]) -> Select[Any]:
    rows = seen.subquery()
    number = func.count()
    rank = func.row_number().over(partition_by=rows.c.facet, order_by=(number.desc(), rows.c.value))
    ranked = (
        select(rows.c.facet, rows.c.value, number.label("count"), rank.label("rank"))
        .group_by(rows.c.facet, rows.c.value)
        .subquery()
    )
    return select(ranked.c.facet, ranked.c.value, ranked.c.count).where(
        ranked.c.rank <= _MAX_VALUES
    )


def _named(
    session: Session,
    table: type[Brand] | type[Category],
    name: str,
    counts: Iterable[tuple[str, int]],
    exact: bool,
) -> Facet:
    by_id = dict(counts)
    rows = session.execute(select(table.id, table.slug, table.name).where(table.id.in_(by_id)))
    values = [FacetValue(slug, label, by_id[str(key)]) for key, slug, label in rows]
    values.sort(key=lambda one: (-one.count, one.value))
    return Facet(name.lower(), name, "choice", None, exact, values)


def _attribute(definition: Definition, counts: Iterable[tuple[str, int]], exact: bool) -> Facet:
    values = [FacetValue(value, value, count) for value, count in counts]
    return Facet(definition.code, definition.name, definition.type, definition.unit, exact, values)
