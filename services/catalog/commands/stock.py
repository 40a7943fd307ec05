"""The projection of what inventory can promise."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockLevel
from libs.db.statement import Statement
from services.catalog.commands.listing import refresh_stock

_lock = Statement(
    """
    SELECT variant_id, available > 0 FROM stock WHERE variant_id = ANY($1::uuid[])
    ORDER BY variant_id FOR UPDATE
    """
)
_project = Statement(
    """
    INSERT INTO stock (variant_id, available, version)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
    ON CONFLICT (variant_id) DO UPDATE
        SET available = excluded.available, version = excluded.version
        WHERE excluded.version > stock.version
    RETURNING variant_id, available > 0
    """
)
_products = Statement(
    "SELECT DISTINCT product_id FROM variant WHERE id = ANY($1::uuid[]) ORDER BY 1"
)


def project_stock(session: Session, levels: Sequence[StockLevel]) -> None:
    """Keep the newest level of each variant; listings change only where stock ran out or came."""
    newest: dict[UUID, StockLevel] = {}
    for level in levels:
        known = newest.get(level.variant_id)
        if known is None or level.version > known.version:
            newest[level.variant_id] = level
    ids = sorted(newest)
    before = dict(_lock.rows(session, ids))
    after = _project.rows(
        session,
        ids,
        [newest[key].available for key in ids],
        [newest[key].version for key in ids],
    )
    turned = [variant for variant, has in after if before.get(variant, False) is not has]
    if turned:
        products = [product for (product,) in _products.rows(session, turned)]
        refresh_stock(session, products)
