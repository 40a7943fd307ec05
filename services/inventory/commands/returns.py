"""Put returned pieces back on the shelves they left."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockLine
from libs.db.statement import Statement
from services.inventory.errors import ReturnExceedsSale
from services.inventory.rules.allocation import Portion, Sold, give_back, total_demand

_LOCK_SALES = Statement(
    """
    SELECT variant_id, location_id, quantity - returned FROM reservation
    WHERE reference = $1::uuid AND variant_id = ANY ($2::uuid[]) AND state = 'committed'
    ORDER BY variant_id, location_id FOR UPDATE
    """
)

_TAKE_BACK = Statement(
    """
    WITH part AS (
        SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::bigint[])
            AS p (variant_id, location_id, quantity)
    ), shelf AS MATERIALIZED (
        SELECT s.id, part.quantity
        FROM stock_level s JOIN part USING (variant_id, location_id)
        ORDER BY s.variant_id, s.location_id FOR NO KEY UPDATE OF s
    ), given AS (
        UPDATE stock_level s SET on_hand = s.on_hand + shelf.quantity, version = s.version + 1
        FROM shelf WHERE s.id = shelf.id
        RETURNING s.variant_id, s.location_id, shelf.quantity
    ), counted AS (
        UPDATE reservation r SET returned = r.returned + given.quantity
        FROM given
        WHERE r.reference = $1::uuid AND r.state = 'committed'
          AND r.variant_id = given.variant_id AND r.location_id = given.location_id
          AND r.returned + given.quantity <= r.quantity
        RETURNING r.variant_id
    ), moved AS (
        INSERT INTO movement (kind, reference, variant_id, location_id, delta)
        SELECT 'return', $2::uuid, variant_id, location_id, quantity FROM given
    ), marked AS (
        INSERT INTO stock_mark (variant_id) SELECT variant_id FROM given
    )
    SELECT expect(
        (SELECT count(*) FROM counted) = cardinality($3::uuid[]),
        'what was sold did not take back what was computed for it'
    )
    """
)


def return_stock(
    session: Session, *, order_id: UUID, return_id: UUID, lines: Iterable[StockLine]
) -> None:
    """Put the pieces back; refused before any write if the order did not take that many."""
    portions = _places(session, order_id, total_demand(lines))
    if not portions:
        return
    variants, locations, quantities = zip(*portions, strict=True)
    _TAKE_BACK.later(
        session, order_id, return_id, list(variants), list(locations), list(quantities)
    )


def _places(session: Session, order_id: UUID, demand: dict[UUID, int]) -> list[Portion]:
    sold: dict[UUID, list[Sold]] = defaultdict(list)
    for variant_id, *place in _LOCK_SALES.rows(session, order_id, list(demand)):
        sold[variant_id].append(Sold(*place))
    portions: list[Portion] = []
    for variant_id, quantity in demand.items():
        parts = give_back(variant_id, quantity, sold[variant_id])
        if parts is None:
            raise ReturnExceedsSale(f"order {order_id} did not take {quantity} of {variant_id}")
        portions += parts
    return portions
