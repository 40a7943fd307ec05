"""Entries of the address book."""

from typing import Any

from marshmallow import validate

from libs.http import fields
from services.accounts.schemas.account import CompanyField, PhoneField


class LineField(fields.Text):
    """A line of an address."""

    def __init__(self, maximum: int, **options: Any) -> None:
        one_line = validate.Predicate("isprintable", error="Must be printable characters.")
        super().__init__(1, maximum, strip=True, validate=one_line, **options)


class AddressSchema(fields.Schema):
    """An address with its lines as carts and orders take them."""

    id = fields.Id("adr", required=True)
    label = fields.Text(required=True, allow_none=True)
    name = fields.Text(required=True)
    company = fields.Text(required=True, allow_none=True)
    line1 = fields.Text(required=True)
    line2 = fields.Text(required=True, allow_none=True)
    city = fields.Text(required=True)
    region = fields.Text(required=True, allow_none=True)
    postcode = fields.Text(required=True)
    country = fields.CountryCode(required=True)
    phone = fields.Text(required=True, allow_none=True)
    default_shipping = fields.Flag(required=True)
    default_billing = fields.Flag(required=True)
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)


class WriteAddressSchema(fields.Schema):
    """The whole address: what is not given is emptied. Where it becomes a default, the one that was
    it before no longer is."""

    label = LineField(40, allow_none=True, load_default=None)
    name = LineField(200, required=True)
    company = CompanyField(allow_none=True, load_default=None)
    line1 = LineField(200, required=True)
    line2 = LineField(200, allow_none=True, load_default=None)
    city = LineField(100, required=True)
    region = LineField(100, allow_none=True, load_default=None)
    postcode = LineField(20, required=True)
    country = fields.CountryCode(required=True)
    phone = PhoneField(allow_none=True, load_default=None)
    default_shipping = fields.Flag(load_default=False)
    default_billing = fields.Flag(load_default=False)


class ChangeAddressSchema(fields.Schema):
    """The given fields change, the others stay."""

    label = LineField(40, allow_none=True)
    name = LineField(200)
    company = CompanyField(allow_none=True)
    line1 = LineField(200)
    line2 = LineField(200, allow_none=True)
    city = LineField(100)
    region = LineField(100, allow_none=True)
    postcode = LineField(20)
    country = fields.CountryCode()
    phone = PhoneField(allow_none=True)
    default_shipping = fields.Flag()
    default_billing = fields.Flag()
