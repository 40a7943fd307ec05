"""Tax by category and country, rounded half up on each line."""

from collections.abc import Sequence

import msgspec

from services.carts.rules.rounding import BASIS, portion
from services.carts.rules.shipping import ANY

SHIPPING_CATEGORY = "shipping"


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate in basis points; `inclusive` says that prices contain it. Country `*`: all others."""

    category: str
    country: str
    rate_basis_points: int
    inclusive: bool


class Tax(msgspec.Struct, frozen=True, kw_only=True):
    """Tax of one amount: what is added to it, and what it already contains."""

    added_minor: int = 0
    included_minor: int = 0


NO_TAX = Tax()


def find_rate(rates: Sequence[TaxRate], category: str, country: str | None) -> TaxRate | None:
    """The country's own rate of the category, else the one for all countries."""
    wanted = [rate for rate in rates if rate.category == category]
    own = next((rate for rate in wanted if rate.country == country), None)
    return own or next((rate for rate in wanted if rate.country == ANY), None)


def tax_on(amount_minor: int, rate: TaxRate | None) -> Tax:
    """The tax of a discounted amount under the rate, if there is one."""
    if rate is None:
        return NO_TAX
    points = rate.rate_basis_points
    if rate.inclusive:
        return Tax(included_minor=portion(amount_minor, points, BASIS + points))
    return Tax(added_minor=portion(amount_minor, points))
