"""Products as a search index takes them in."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.catalog.models.tables import WHOLE_SHOP
from services.catalog.search.port import Document

_documents = Statement(
    """
    SELECT p.id, p.name, coalesce(b.name, ''), words.words, left(p.description, 4000), l.visible,
        l.in_stock, l.amount, l.discount, offer.prices, shelf.slugs, b.slug, l.facets,
        number.numbers, p.created_at
    FROM product p
    JOIN listing l ON l.product_id = p.id AND l.shelf_id = $2 AND l.is_main
    LEFT JOIN brand b ON b.id = p.brand_id
    CROSS JOIN LATERAL (
        SELECT json_object_agg(currency, amount)::text AS prices
        FROM listing WHERE product_id = p.id AND shelf_id = $2
    ) offer
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(DISTINCT c.slug), '{}') AS slugs
        FROM listing s JOIN category c ON c.id = s.shelf_id WHERE s.product_id = p.id
    ) shelf
    CROSS JOIN LATERAL (
        SELECT coalesce(json_object_agg(code, value), '{}')::text AS numbers
        FROM product_number WHERE product_id = p.id
    ) number
    CROSS JOIN LATERAL (
        SELECT coalesce(string_agg(concat_ws(' ', v.sku, o.words), ' '), '') AS words
        FROM variant v
        CROSS JOIN LATERAL (SELECT string_agg(value, ' ') FROM jsonb_each_text(v.options)) o (words)
        WHERE v.product_id = p.id AND NOT v.removed
    ) words
    WHERE p.id = ANY($1::uuid[])
    """
)


def documents(session: Session, numbers: Mapping[UUID, int]) -> list[Document]:
    """The products as they stand, each with the number of the change that it waits with."""
    rows = _documents.rows(session, list(numbers), WHOLE_SHOP)
    return [_document(numbers[row[0]], *row) for row in rows]


def _document(number: int, product_id: UUID, *row: object) -> Document:
    names = [name for name in Document.__struct_fields__ if name not in ("id", "number")]
    values = dict(zip(names, row, strict=True))
    for name in ("prices", "numbers"):
        values[name] = msgspec.json.decode(str(values[name]))
    return Document(id=product_id, number=number, **values)  # type: ignore[arg-type]  # untyped rows
