"""Hold stock for a reference, let go of it, or sell it: a fixed number of statements each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockLine
from libs.db.statement import Statement
from libs.service import service_settings
from services.inventory.errors import NothingHeld, OutOfStock
from services.inventory.rules.allocation import Portion, Shelf, allocate, arrange, total_demand
from services.inventory.settings import InventorySettings

# Every statement of this service locks levels in the order (variant_id, location_id).
_LOCK_SHELVES = Statement(
    """
    SELECT s.variant_id, l.priority, s.location_id, s.on_hand, s.reserved, s.backorder
    FROM stock_level s JOIN location l ON l.id = s.location_id
    WHERE s.variant_id = ANY ($1::uuid[]) AND l.active
    ORDER BY s.variant_id, s.location_id
    FOR NO KEY UPDATE OF s
    """
)

_HOLD = Statement(
    """
    WITH taken AS (
        UPDATE stock_level s SET reserved = s.reserved + p.quantity, version = s.version + 1
        FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) p (variant_id, location_id, quantity)
        WHERE s.variant_id = p.variant_id AND s.location_id = p.location_id
          AND (s.backorder OR s.on_hand - s.reserved >= p.quantity)
        RETURNING s.variant_id, s.location_id, p.quantity
    ), held AS (
        INSERT INTO reservation AS r
            (reference, variant_id, location_id, quantity, state, expires_at)
        SELECT $1::uuid, variant_id, location_id, quantity, 'held',
            now() + $5::double precision * interval '1 second'
        FROM taken
        ON CONFLICT (reference, variant_id, location_id) DO UPDATE
            SET quantity = excluded.quantity, state = 'held', expires_at = excluded.expires_at
            WHERE r.state = 'released'
        RETURNING variant_id
    ), marked AS (
        INSERT INTO stock_mark (variant_id) SELECT variant_id FROM held
    )
    SELECT expect(
        (SELECT count(*) FROM held) = cardinality($2::uuid[]),
        'locked levels did not take what was computed for them'
    )
    """
)

_RELEASE = Statement(
    """
    WITH held AS MATERIALIZED (
        SELECT variant_id, location_id, quantity FROM reservation
        WHERE reference = $1::uuid AND state = 'held'
        ORDER BY variant_id, location_id FOR UPDATE
    ), shelf AS MATERIALIZED (
        SELECT s.id, held.quantity
        FROM stock_level s JOIN held USING (variant_id, location_id)
        ORDER BY s.variant_id, s.location_id FOR NO KEY UPDATE OF s
    ), freed AS (
        UPDATE stock_level s SET reserved = s.reserved - shelf.quantity, version = s.version + 1
        FROM shelf WHERE s.id = shelf.id
        RETURNING s.variant_id, s.location_id
    ), closed AS (
        UPDATE reservation r SET state = 'released', owed = false, expires_at = NULL
        FROM freed
        WHERE r.reference = $1::uuid
          AND r.variant_id = freed.variant_id AND r.location_id = freed.location_id
    )
    INSERT INTO stock_mark (variant_id) SELECT variant_id FROM freed
    """
)

# What can be promised stays the same when held stock leaves, so nothing is marked.
_SELL = Statement(
    """
    WITH held AS MATERIALIZED (
        SELECT variant_id, location_id, quantity FROM reservation
        WHERE reference = $1::uuid AND state = 'held'
        ORDER BY variant_id, location_id FOR UPDATE
    ), shelf AS MATERIALIZED (
        SELECT s.id, held.quantity
        FROM stock_level s JOIN held USING (variant_id, location_id)
        ORDER BY s.variant_id, s.location_id FOR NO KEY UPDATE OF s
    ), sold AS (
        UPDATE stock_level s SET
            on_hand = s.on_hand - shelf.quantity,
            reserved = s.reserved - shelf.quantity,
            version = s.version + 1
        FROM shelf WHERE s.id = shelf.id AND s.on_hand >= shelf.quantity
        RETURNING s.variant_id, s.location_id, shelf.quantity
    ), closed AS (
        UPDATE reservation r SET state = 'committed', owed = false, expires_at = NULL
        FROM sold
        WHERE r.reference = $1::uuid
          AND r.variant_id = sold.variant_id AND r.location_id = sold.location_id
    ), moved AS (
        INSERT INTO movement (kind, reference, variant_id, location_id, delta)
        SELECT 'sale', $1::uuid, variant_id, location_id, -quantity FROM sold
    )
    SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM sold)
    """
)

_OWE = Statement(
    "UPDATE reservation SET owed = true WHERE reference = $1::uuid AND state = 'held' AND NOT owed"
)

_WAS_SOLD = Statement(
    "SELECT 1 FROM reservation WHERE reference = $1::uuid AND state = 'committed' LIMIT 1"
)

_SERVABLE = Statement(
    """
    SELECT r.reference
    FROM reservation r JOIN stock_level s USING (variant_id, location_id)
    WHERE r.owed AND s.on_hand >= r.quantity
    GROUP BY r.reference ORDER BY min(r.created_at) LIMIT $1::int
    """
)

_LOCK_LEVELS = Statement(
    """
    SELECT FROM stock_level
    WHERE variant_id = ANY (ARRAY(
        SELECT unnest($1::uuid[])
        UNION SELECT variant_id FROM reservation WHERE reference = ANY ($2::uuid[])
    ))
    ORDER BY variant_id, location_id FOR NO KEY UPDATE
    """
)

_SKUS = Statement("SELECT id, sku FROM variant WHERE id = ANY ($1::uuid[])")


def reserve_stock(session: Session, order_id: UUID, lines: Iterable[StockLine]) -> None:
    """Hold every line or none until the order is committed or released.

    Refused with OutOfStock before anything is written.
    """
    hold(session, order_id, lines, seconds=None)


def hold(
    session: Session, reference: UUID, lines: Iterable[StockLine], *, seconds: int | None
) -> list[Portion]:
    """Hold every line or none, for some seconds or until the reference decides."""
    portions = _allocate(session, total_demand(lines))
    variants, locations, quantities = zip(*portions, strict=True) if portions else ((), (), ())
    _HOLD.later(session, reference, list(variants), list(locations), list(quantities), seconds)
    return portions


def release_stock(session: Session, reference: UUID) -> None:
    """Give back what the reference still holds; nothing if it holds nothing."""
    _RELEASE.later(session, reference)


def commit_stock(session: Session, order_id: UUID) -> None:
    """Turn the order's holds into stock that left; a backorder leaves once it has arrived.

    Repeating it is harmless. Refused with NothingHeld if the order never held anything.
    """
    held, sold = _sell(session, order_id)
    if sold < held:
        _OWE.later(session, order_id)
    if not held and not _WAS_SOLD.first(session, order_id):
        raise NothingHeld(f"order {order_id} holds no stock")


def serve_backorders(session: Session, limit: int) -> int:
    """Sell what was sold before it arrived and now lies there, oldest orders first."""
    references = [reference for (reference,) in _SERVABLE.rows(session, limit)]
    lock_levels(session, references=references)
    return sum(_sell(session, reference)[1] for reference in references)


def lock_levels(
    session: Session, *, variant_ids: Iterable[UUID] = (), references: Iterable[UUID] = ()
) -> None:
    """Lock the levels of these variants, and of what these references hold, for several orders."""
    _LOCK_LEVELS.later(session, list(variant_ids), list(references))


def _sell(session: Session, reference: UUID) -> tuple[int, int]:
    """How many holds there were, and how many of them the shelves could serve."""
    held, sold = _SELL.rows(session, reference)[0]
    return held, sold


def _allocate(session: Session, demand: dict[UUID, int]) -> list[Portion]:
    policy = service_settings(InventorySettings).policy
    shelves = arrange(demand, _lock_shelves(session, list(demand)), policy.strategy)
    portions: list[Portion] = []
    missing: list[UUID] = []
    for variant_id, quantity in demand.items():
        parts = allocate(variant_id, quantity, shelves.get(variant_id, ()), split=policy.split)
        if parts is None:
            missing.append(variant_id)
        else:
            portions += parts
    if missing:
        raise _out_of_stock(session, missing)
    return portions


def _lock_shelves(session: Session, variant_ids: list[UUID]) -> dict[UUID, list[Shelf]]:
    """The shelves of each variant, first choice first, locked until the transaction ends."""
    found: dict[UUID, list[tuple[int, Shelf]]] = defaultdict(list)
    for variant_id, priority, *shelf in _LOCK_SHELVES.rows(session, variant_ids):
        found[variant_id].append((priority, Shelf(*shelf)))
    return {variant_id: [shelf for _, shelf in sorted(row)] for variant_id, row in found.items()}


def _out_of_stock(session: Session, missing: Sequence[UUID]) -> OutOfStock:
    known: dict[UUID, str] = dict(_SKUS.rows(session, list(missing)))
    skus = sorted(known.get(variant_id, str(variant_id)) for variant_id in missing)
    return OutOfStock(f"not enough stock of {', '.join(skus)}", skus=skus)
