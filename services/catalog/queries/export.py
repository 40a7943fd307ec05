"""All products as rows that an import takes back: one for each variant and currency."""

from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.money import Money
from services.catalog.rules.import_row import COLUMNS

_FIRST = UUID(int=0)
_BATCH = 500

_rows = Statement(
    """
    SELECT p.id, v.sku, p.name, pr.amount, pr.currency, p.slug, p.description, c.path, b.name,
        v.options::text, p.import_key, p.tax_category, v.weight_g, v.barcode
    FROM (
        SELECT * FROM product WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2
    ) p
    JOIN variant v ON v.product_id = p.id AND NOT v.removed
    JOIN price pr ON pr.variant_id = v.id
    LEFT JOIN category c ON c.id = p.category_id
    LEFT JOIN brand b ON b.id = p.brand_id
    ORDER BY p.id, v.position, v.id, pr.position
    """
)


def export_batch(session: Session, after: UUID | None) -> tuple[list[dict[str, str]], UUID | None]:
    """Some products' rows, and where the next ones begin; None: these were the last."""
    found = _rows.rows(session, after or _FIRST, _BATCH)
    rows = [_row(*values) for _, *values in found]
    return rows, found[-1][0] if found else None


def _row(sku: str, name: str, amount: int, currency: str, *rest: object) -> dict[str, str]:
    slug, description, category, brand, options, key, tax_category, weight, barcode = rest
    pairs: dict[str, str] = msgspec.json.decode(str(options))
    texts = (sku, name, Money(amount, currency).decimal, currency, slug, description, category,
             brand, ";".join(f"{name}={value}" for name, value in pairs.items()), key,
             tax_category, weight, barcode)  # fmt: skip
    cells = ("" if text is None else str(text) for text in texts)
    return dict(zip(COLUMNS, cells, strict=True))
