"""Change tax rates and shipping methods."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.carts.errors import (
    ShippingMethodExists,
    ShippingMethodNotFound,
    TaxRateExists,
    TaxRateNotFound,
)
from services.carts.models.cart import VersionCheck
from services.carts.models.tables import ShippingMethod, TaxRate

Row = TypeVar("Row", TaxRate, ShippingMethod)


def create_tax_rate(session: Session, values: dict[str, Any]) -> TaxRate:
    """Tax a category in a country. Refused with TaxRateExists."""
    created = _insert(session, TaxRate, values)
    if created is None:
        raise TaxRateExists(f"{values['category']} has a rate for {values['country']} already")
    return created


def change_tax_rate(
    session: Session, rate_id: UUID, values: dict[str, Any], check: VersionCheck
) -> TaxRate:
    """Replace what is given; category and country stay."""
    return _change(session, _tax_rate(session, rate_id), values, check)


def delete_tax_rate(session: Session, rate_id: UUID, check: VersionCheck) -> None:
    """Tax it no more."""
    rate = _tax_rate(session, rate_id)
    check(rate.version)
    session.delete(rate)


def create_shipping_method(session: Session, values: dict[str, Any]) -> ShippingMethod:
    """Offer a way to send things. Refused with ShippingMethodExists."""
    created = _insert(session, ShippingMethod, values)
    if created is None:
        raise ShippingMethodExists(f"there is a shipping method {values['code']!r} already")
    return created


def change_shipping_method(
    session: Session, method_id: UUID, values: dict[str, Any], check: VersionCheck
) -> ShippingMethod:
    """Replace what is given; the code stays."""
    return _change(session, _shipping_method(session, method_id), values, check)


def delete_shipping_method(session: Session, method_id: UUID, check: VersionCheck) -> None:
    """Offer it no more; carts that chose it are told."""
    method = _shipping_method(session, method_id)
    check(method.version)
    session.delete(method)


def _insert(session: Session, kind: type[Row], values: dict[str, Any]) -> Row | None:
    statement = insert(kind).values(version=1, **values).on_conflict_do_nothing().returning(kind)
    return session.execute(statement).scalar_one_or_none()


def _change(session: Session, row: Row, values: dict[str, Any], check: VersionCheck) -> Row:
    check(row.version)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    return row


def _tax_rate(session: Session, rate_id: UUID) -> TaxRate:
    rate = session.get(TaxRate, rate_id, with_for_update=True)
    if rate is None:
        raise TaxRateNotFound("there is no such tax rate")
    return rate


def _shipping_method(session: Session, method_id: UUID) -> ShippingMethod:
    method = session.get(ShippingMethod, method_id, with_for_update=True)
    if method is None:
        raise ShippingMethodNotFound("there is no such shipping method")
    return method
