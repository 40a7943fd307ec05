"""Read tax rates and shipping methods."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.carts.errors import ShippingMethodNotFound, TaxRateNotFound
from services.carts.models.tables import ShippingMethod, TaxRate


def list_tax_rates(session: Session, *, cursor: str | None, limit: int) -> Page[TaxRate]:
    """By category and country."""
    keys = [Key(TaxRate.category), Key(TaxRate.country)]
    return fetch_page(session, select(TaxRate), keys, cursor, limit)


def get_tax_rate(session: Session, rate_id: UUID) -> TaxRate:
    """One tax rate."""
    rate = session.get(TaxRate, rate_id)
    if rate is None:
        raise TaxRateNotFound("there is no such tax rate")
    return rate


def list_shipping_methods(
    session: Session, *, cursor: str | None, limit: int, only_active: bool
) -> Page[ShippingMethod]:
    """In the order in which they are offered."""
    statement = select(ShippingMethod)
    if only_active:
        statement = statement.where(ShippingMethod.active)
    keys = [Key(ShippingMethod.position), Key(ShippingMethod.code)]
    return fetch_page(session, statement, keys, cursor, limit)


def get_shipping_method(session: Session, method_id: UUID, *, only_active: bool) -> ShippingMethod:
    """One shipping method; one that is not offered exists for administrators only."""
    method = session.get(ShippingMethod, method_id)
    if method is None or (only_active and not method.active):
        raise ShippingMethodNotFound("there is no such shipping method")
    return method
