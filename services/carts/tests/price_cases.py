"""Lines, promotions and terms for tests of prices, by name and at random."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from services.carts.rules.basket import Customer, Line, Terms
from services.carts.rules.pricing import Rules
from services.carts.rules.promotions import Promotion, Scope
from services.carts.rules.shipping import ShippingMethod, ShippingRate
from services.carts.rules.tax import TaxRate

AT = datetime(2026, 6, 1, tzinfo=UTC)
EUR = Terms(currency="EUR", at=AT)
PRODUCTS = [UUID(int=number) for number in (501, 502)]
CATEGORIES = [UUID(int=number) for number in (601, 602, 603)]
GERMANY = msgspec.structs.replace(EUR, country="DE")

STANDARD = ShippingMethod(
    code="standard",
    name="Standard",
    position=1,
    rates=(
        ShippingRate(countries=("*",), currency="*", price_minor=490, free_over_minor=5000),
        ShippingRate(countries=("CH", "NO"), currency="EUR", price_minor=1490),
    ),
)


def line(number: int, quantity: int, unit: int, category: str = "standard", **more: Any) -> Line:
    """A line of the variant of that number."""
    return Line(
        variant_id=UUID(int=number),
        quantity=quantity,
        unit_price_minor=unit,
        tax_category=category,
        **more,
    )


def percentage(points: int, number: int = 1, **options: Any) -> Promotion:
    """For everybody unless said otherwise, as the others here."""
    given: dict[str, Any] = {"automatic": True, "active": True} | options
    return Promotion(
        id=UUID(int=number), name="-", kind="percentage", percent_basis_points=points, **given
    )


def fixed(amount: int, number: int = 1, **options: Any) -> Promotion:
    """In euros unless said otherwise."""
    given: dict[str, Any] = {"automatic": True, "active": True, "currency": "EUR"} | options
    return Promotion(id=UUID(int=number), name="-", kind="fixed", amount_minor=amount, **given)


def buy_get(buy: int, get: int, number: int = 1, **options: Any) -> Promotion:
    """Free pieces unless said otherwise."""
    given: dict[str, Any] = {"automatic": True, "active": True} | options
    return Promotion(
        id=UUID(int=number),
        name="-",
        kind="buy_x_get_y",
        buy_quantity=buy,
        get_quantity=get,
        **given,
    )


def free_shipping(number: int = 1, **options: Any) -> Promotion:
    """The shop pays for the shipping."""
    given: dict[str, Any] = {"automatic": True, "active": True} | options
    return Promotion(id=UUID(int=number), name="-", kind="free_shipping", **given)


def vat(
    points: int, *, inclusive: bool, category: str = "standard", country: str = "DE"
) -> TaxRate:
    """A tax rate in basis points."""
    return TaxRate(
        category=category, country=country, rate_basis_points=points, inclusive=inclusive
    )


scopes = st.builds(
    Scope,
    category_ids=st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
    product_ids=st.lists(st.sampled_from(PRODUCTS), max_size=1).map(tuple),
)
optional_coupons = st.lists(st.sampled_from(["A", "B", "C"]), unique=True).map(tuple)
lines = st.lists(
    st.builds(
        Line,
        variant_id=st.uuids(),
        quantity=st.integers(1, 1000),
        unit_price_minor=st.integers(0, 100_000),
        tax_category=st.sampled_from(["standard", "reduced", "books"]),
        product_id=st.sampled_from(PRODUCTS),
        category_ids=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
    ),
    unique_by=lambda line: line.variant_id,
    max_size=12,
)
promotions = st.lists(
    st.one_of(
        st.builds(
            percentage,
            st.integers(1, 10_000),
            number=st.integers(1, 9),
            automatic=st.booleans(),
            codes=optional_coupons,
            scope=scopes,
            customer_groups=st.sampled_from([(), ("vip",)]),
            stackable=st.booleans(),
            priority=st.integers(-1, 1),
        ),
        st.builds(
            fixed,
            st.integers(1, 1_000_000),
            number=st.integers(10, 19),
            minimum_subtotal_minor=st.integers(0, 100_000),
            stackable=st.booleans(),
            priority=st.integers(-1, 1),
            scope=scopes,
            first_order=st.booleans(),
            budget_left_minor=st.none() | st.integers(0, 1_000_000),
        ),
        st.builds(
            buy_get,
            st.integers(1, 5),
            st.integers(1, 3),
            number=st.integers(20, 29),
            percent_basis_points=st.none() | st.integers(1, 10_000),
            stackable=st.booleans(),
            priority=st.integers(-1, 1),
            scope=scopes,
            reward=st.none() | scopes,
        ),
        st.builds(
            free_shipping,
            number=st.integers(30, 39),
            automatic=st.booleans(),
            codes=optional_coupons,
            stackable=st.booleans(),
            priority=st.integers(-1, 1),
            scope=scopes,
        ),
    ),
    unique_by=lambda promotion: promotion.id,
    max_size=7,
)
tax_rates = st.lists(
    st.builds(
        TaxRate,
        category=st.sampled_from(["standard", "reduced", "shipping"]),
        country=st.sampled_from(["DE", "*"]),
        rate_basis_points=st.integers(0, 3000),
        inclusive=st.booleans(),
    ),
    unique_by=lambda rate: (rate.category, rate.country),
    max_size=6,
)
rules = st.builds(
    Rules,
    promotions=promotions.map(tuple),
    tax_rates=tax_rates.map(tuple),
    shipping_methods=st.sampled_from([(), (STANDARD,)]),
)
terms = st.builds(
    Terms,
    currency=st.sampled_from(["EUR", "USD"]),
    at=st.just(AT),
    country=st.sampled_from([None, "DE", "CH", "FR"]),
    coupons=optional_coupons,
    customer=st.sampled_from(
        [None, Customer(), Customer(groups=("vip", "staff")), Customer(ordered=True)]
    ),
)
