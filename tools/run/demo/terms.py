"""The demo's terms of sale: value-added tax, ways to send, coupons."""

from typing import Any

from libs.testing.shop_client import Shop

_EU = ["AT", "BE", "DE", "DK", "ES", "FR", "IT", "LU", "NL", "PL", "PT", "SE"]
_PROMOTIONS: tuple[tuple[str, str, dict[str, Any], int, int | None], ...] = (
    ("Welcome: 10 % off the first order", "WELCOME10", {"percent_basis_points": 1000}, 0, 1),
    ("5 EUR off from 40 EUR", "TAKE5", {"amount": {"amount": 500, "currency": "EUR"}}, 4000, None),
    ("Friends: 20 % off", "FRIENDS20", {"percent_basis_points": 2000}, 0, 3),
)
_TAX_PERCENT = {"AT": 20, "DE": 19, "ES": 21, "FR": 20, "IT": 22, "NL": 21}


def agree(shop: Shop) -> None:
    """Create what is missing."""
    for country, percent in _TAX_PERCENT.items():
        shop.ensure("/tax-rates", _tax(country, percent))
    for method in (
        _shipping("standard", "Standard, 2 to 4 days", 490, free_over=5000),
        _shipping("express", "Express, next working day", 1290, free_over=None),
    ):
        shop.ensure("/shipping-methods", method)
    _promote(shop)


def _promote(shop: Shop) -> None:
    known = {promotion["name"] for promotion in shop.get("/promotions?limit=100")["data"]}
    for name, code, gain, minimum, customer_limit in _PROMOTIONS:
        if name in known:
            continue
        body = {"name": name, "kind": "fixed" if "amount" in gain else "percentage", **gain}
        if minimum:
            body["minimum_subtotal"] = {"amount": minimum, "currency": "EUR"}
        promotion = shop.post("/promotions", body)
        coupon = {"code": code, "customer_limit": customer_limit}
        shop.post(f"/promotions/{promotion['id']}/coupons", coupon)


def _tax(country: str, percent: int) -> dict[str, Any]:
    return {
        "category": "standard",
        "country": country,
        "rate_basis_points": percent * 100,
        "inclusive": True,
    }


def _shipping(code: str, name: str, price: int, free_over: int | None) -> dict[str, Any]:
    rate = {"countries": _EU, "currency": "EUR", "price_minor": price, "free_over_minor": free_over}
    return {"code": code, "name": name, "rates": [rate]}
