"""Strict fields: what they load, what they show, what they refuse."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from marshmallow import ValidationError

from libs.http import fields
from libs.ids import to_text, uuid7
from libs.money import Money
from tests.libs.http.sample import EchoSchema

SCHEMA = EchoSchema()


def load(**given: Any) -> Any:
    return SCHEMA.load(given)


@pytest.mark.parametrize("value", [True, "5", 1.9, 1.0, 1e2, None, [], 2**63, -(2**63) - 1])
def test_an_integer_is_nothing_but_an_integer(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(number=value)


@pytest.mark.parametrize("value", [-1, 0, 1000, True, "5", 1.9, 1e2])
def test_a_quantity_is_1_to_999(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(quantity=value)


@pytest.mark.parametrize("value", [1, 999])
def test_a_quantity_includes_its_bounds(value: int) -> None:
    assert load(quantity=value) == {"quantity": value}


@pytest.mark.parametrize("value", ["NaN", "1e-400", "-0", "5", 0.005, True, -1, 10**12 + 1])
def test_a_price_is_whole_minor_units_within_its_limit(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(price={"amount": value, "currency": "EUR"})


@pytest.mark.parametrize("currency", ["eur", "EURO", "EU", "EUR\n", "€€€", 978, None])
def test_a_price_needs_a_currency_code(currency: Any) -> None:
    with pytest.raises(ValidationError):
        load(price={"amount": 1, "currency": currency})


def test_a_client_cannot_send_the_read_only_decimal() -> None:
    with pytest.raises(ValidationError, match="decimal"):
        load(price={"amount": 1999, "currency": "EUR", "decimal": "19.99"})


def test_money_is_loaded_as_money_and_shown_with_its_decimal() -> None:
    loaded = load(price={"amount": 1999, "currency": "EUR"})

    assert loaded == {"price": Money(1999, "EUR")}
    assert SCHEMA.dump(loaded) == {"price": {"amount": 1999, "currency": "EUR", "decimal": "19.99"}}


def test_an_identifier_is_text_outside_and_a_uuid_inside() -> None:
    identifier = uuid7()
    text = to_text("not", identifier)

    assert load(id=text) == {"id": identifier}
    assert SCHEMA.dump({"id": identifier}) == {"id": text}


@pytest.mark.parametrize("value", ["", "not_", "x", 1, None, [], "ord_01h455vb4pex5vsknk084sn02q"])
def test_an_identifier_of_another_form_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(id=value)


@pytest.mark.parametrize(
    ("given", "loaded"),
    [("Ann@EXAMPLE.org", "Ann@example.org"), ("a+b.c@x-1.co.uk", "a+b.c@x-1.co.uk")],
)
def test_the_domain_of_an_address_is_loaded_in_lower_case(given: str, loaded: str) -> None:
    assert load(email=given) == {"email": loaded}


@pytest.mark.parametrize(
    "value",
    [
        "a@b",
        "@example.org",
        "a@@example.org",
        "a b@example.org",
        "a@example.org\r\nBcc: x@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a@-x.org",
        "ann@exämple.org",
        "a" * 65 + "@example.org",
        "a@" + "x" * 60 + "." + "y." * 100 + "org",
        1,
    ],
)
def test_what_is_no_address_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(email=value)


def test_text_is_stripped_before_it_is_counted() -> None:
    assert load(text=" " * 60 + "x") == {"text": "x"}


@pytest.mark.parametrize("value", ["x" * 51, 1, None, ["x"], {"x": 1}])
def test_text_has_a_longest_length_and_no_other_type(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(text=value)


def test_a_time_is_shown_in_utc_with_milliseconds() -> None:
    noon = datetime(2026, 1, 31, 12, 0, 0, 1999, timezone(timedelta(hours=2)))

    assert SCHEMA.dump({"at": noon}) == {"at": "2026-01-31T10:00:00.001Z"}


def test_a_time_is_loaded_with_its_offset() -> None:
    loaded = load(at="2026-01-31T12:00:00.5+02:00")

    assert loaded == {"at": datetime(2026, 1, 31, 10, 0, 0, 500_000, UTC)}


@pytest.mark.parametrize(
    "value",
    ["2026-01-31T12:00:00", "2026-01-31", "2026-02-30T12:00:00Z", "0001-01-01T00:00:00+14:00", 1],
)
def test_a_time_without_offset_or_place_in_the_calendar_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        load(at=value)


@pytest.mark.parametrize("value", ["de", "DEU", "D1", "DE\n"])
def test_a_country_is_two_capital_letters(value: str) -> None:
    with pytest.raises(ValidationError):
        load(country=value)


def test_the_bounds_of_one_field_of_money_are_not_those_of_another() -> None:
    class Outer(fields.Schema):
        debt = fields.MoneyField(minimum=-10)
        price = fields.MoneyField(minimum=0)

    loaded = Outer().load({"debt": {"amount": -1, "currency": "EUR"}})

    assert loaded["debt"].amount == -1


def test_an_unknown_field_is_a_fault_in_nested_schemas_too() -> None:
    class Outer(fields.Schema):
        inner = fields.MoneyField()

    with pytest.raises(ValidationError, match="Unknown field"):
        Outer().load({"inner": {"amount": 1, "currency": "EUR", "tax": 1}})
