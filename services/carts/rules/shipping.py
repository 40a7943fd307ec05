"""What it costs to send a cart: a method, the rate of a zone, free over a threshold."""

from collections.abc import Sequence

import msgspec

ANY = "*"


class ShippingRate(msgspec.Struct, frozen=True, kw_only=True):
    """The price in the countries of a zone; `*` stands for every country or currency not named.

    `free_over_minor` compares with the goods after discounts, before added tax.
    """

    countries: tuple[str, ...]
    currency: str
    price_minor: int
    free_over_minor: int | None = None


class ShippingMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A way to send things; the active one of lowest position is the default."""

    code: str
    name: str
    position: int
    rates: tuple[ShippingRate, ...]


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The method a cart would be sent with, and its price."""

    method: str
    price_minor: int


def choose(methods: Sequence[ShippingMethod], code: str | None) -> ShippingMethod | None:
    """The method of that code, or the default when none was chosen."""
    if code is None:
        return min(methods, key=lambda method: (method.position, method.code), default=None)
    return next((method for method in methods if method.code == code), None)


def quote(
    method: ShippingMethod, *, country: str | None, currency: str, goods_minor: int
) -> Quote | None:
    """The price by the closest rate; None when the method does not go there."""
    rates = [rate for rate in method.rates if _matches(rate, country, currency)]
    if not rates:
        return None
    rate = max(rates, key=lambda rate: (country in rate.countries, rate.currency == currency))
    free = rate.free_over_minor is not None and goods_minor >= rate.free_over_minor
    return Quote(method=method.code, price_minor=0 if free else rate.price_minor)


def _matches(rate: ShippingRate, country: str | None, currency: str) -> bool:
    return (country in rate.countries or ANY in rate.countries) and rate.currency in (currency, ANY)
