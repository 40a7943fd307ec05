"""Writes of price lists, and the clock work that puts them in force and ends them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.money import Money
from services.catalog.commands.publish import publish
from services.catalog.errors import (
    BadPeriod,
    PriceListInForce,
    PriceListNotFound,
    PriceListTaken,
    UnknownSkus,
)
from services.catalog.models.tables import PriceList

_BATCH = 100

_variants = Statement("SELECT sku, id FROM variant WHERE sku = ANY($1::text[]) AND NOT removed")
_set = Statement(
    """
    INSERT INTO price_list_entry (list_id, variant_id, currency, amount)
    SELECT $1, new.variant_id, new.currency, new.amount
    FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS new (variant_id, currency, amount)
    ON CONFLICT (list_id, variant_id, currency) DO UPDATE SET amount = excluded.amount
    """
)
_turning = Statement(
    """
    SELECT id, starts_at <= $1 AND coalesce($1 < ends_at, true) FROM price_list
    WHERE pending OR in_force <> (starts_at <= $1 AND coalesce($1 < ends_at, true))
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)
_is_turning = Statement(
    """
    SELECT 1 FROM price_list
    WHERE pending OR in_force <> (starts_at <= $1 AND coalesce($1 < ends_at, true)) LIMIT 1
    """
)
_products = Statement(
    """
    SELECT DISTINCT v.product_id FROM price_list_entry e JOIN variant v ON v.id = e.variant_id
    WHERE e.list_id = $1 AND e.applied IS DISTINCT FROM CASE WHEN $2 THEN e.amount END
    ORDER BY v.product_id LIMIT $3
    """
)
_lock_products = Statement(
    "SELECT id FROM product WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
)
_apply = Statement(
    """
    UPDATE price_list_entry e SET applied = CASE WHEN $2 THEN e.amount END
    FROM variant v
    WHERE e.list_id = $1 AND v.id = e.variant_id AND v.product_id = ANY($3::uuid[])
    """
)
_drop_removed = Statement(
    "DELETE FROM price_list_entry WHERE list_id = $1 AND amount IS NULL AND applied IS NULL"
)
_settle = Statement("UPDATE price_list SET in_force = $2, pending = false WHERE id = $1")


def create_price_list(session: Session, **fields: Any) -> PriceList:
    """A list without prices, which the clock puts in force."""
    if session.scalar(select(exists().where(PriceList.code == fields["code"]))):
        raise PriceListTaken(f"there is a price list {fields['code']} already")
    now = clock.now()
    made = PriceList(
        id=uuid7(),
        in_force=False,
        pending=False,
        version=1,
        created_at=now,
        updated_at=now,
        **{"starts_at": now} | fields,
    )
    _check_period(made)
    session.add(made)
    session.flush()
    return made


def lock_price_list(session: Session, code: str) -> PriceList:
    """The list, held until the transaction ends."""
    statement = select(PriceList).where(PriceList.code == code).with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise PriceListNotFound("there is no such price list")
    return found


def change_price_list(session: Session, found: PriceList, changes: Mapping[str, Any]) -> None:
    """Products learn of it by the clock."""
    for name, value in changes.items():
        setattr(found, name, value)
    _check_period(found)
    _touch(session, found)


def set_prices(
    session: Session, found: PriceList, prices: Sequence[tuple[str, str, Money | None]]
) -> None:
    """Set (sku, currency, price) or take it out of the list; all of them, or none."""
    known = dict(_variants.rows(session, [sku for sku, _, _ in prices]))
    if unknown := sorted({sku for sku, _, _ in prices} - known.keys()):
        raise UnknownSkus(f"there is no SKU {unknown[0]}", skus=unknown[:100])
    _set.later(
        session,
        found.id,
        [known[sku] for sku, _, _ in prices],
        [currency for _, currency, _ in prices],
        [price.amount if price else None for _, _, price in prices],
    )
    _touch(session, found)


def delete_price_list(session: Session, found: PriceList) -> None:
    """Only one that no product's price comes from."""
    if found.in_force or found.pending:
        raise PriceListInForce("end the price list first, and let it have its end")
    session.delete(found)
    session.flush()


def is_turning(session: Session) -> bool:
    """Whether a list has begun, ended or changed since its products learned of it."""
    return _is_turning.first(session, clock.now()) is not None


def turn_prices(session: Session) -> int:
    """Let some products of one such list have their new prices; how many."""
    turning = _turning.first(session, clock.now())
    if turning is None:
        return 0
    list_id, is_due = turning
    products: list[UUID] = [key for (key,) in _products.rows(session, list_id, is_due, _BATCH)]
    if products:
        _lock_products.rows(session, products)
        _apply.later(session, list_id, is_due, products)
        publish(session, products, "repriced", None)
    else:
        _drop_removed.later(session, list_id)
        _settle.later(session, list_id, is_due)
    return max(1, len(products))


def _touch(session: Session, found: PriceList) -> None:
    found.pending = True
    found.version += 1
    found.updated_at = clock.now()
    session.flush()


def _check_period(found: PriceList) -> None:
    if found.ends_at is not None and found.ends_at <= found.starts_at:
        raise BadPeriod("a price list ends after it starts")
