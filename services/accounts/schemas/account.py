"""What goes in and out of accounts over HTTP."""

import re
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs import clock, ids
from libs.http import fields
from libs.http.auth import principal
from services.accounts.rules import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    normalize_email,
)

# Far beyond every password that could be right, so that a wrong one is just wrong.
_MAX_GUESS = 1024
_MAX_TOKEN = 4096
# White space is stripped first, so `$` is the very end.
_PHONE = r"^\+?[0-9][0-9 ()./-]{2,31}$"
_LOCALE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
_VAT_ID = r"^[A-Z]{2}[A-Z0-9+*.]{2,13}$"
_ATTRIBUTE = r"^[a-z][a-z0-9_]*\Z"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIRST_DAY = date(1900, 1, 1)
_MAX_ATTRIBUTES = 20


class AddressField(fields.Email):
    """A mail address in its normalized spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        known = normalize_email(value) if isinstance(value, str) else value
        return super()._deserialize(known, attr, data, **options)


class NewPasswordField(fields.Text):
    """A password to be: its length counts, its letters do not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(MIN_PASSWORD, MAX_PASSWORD, load_only=True, **options)


class GuessField(fields.Text):
    """A password to be checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1, _MAX_GUESS, load_only=True, **options)


class NameField(fields.Text):
    """What a person is called, on one line."""

    def __init__(self, **options: Any) -> None:
        one_line = validate.Predicate("isprintable", error="Must be printable characters.")
        shown = {"examples": ["Ada Lovelace"]}
        super().__init__(1, 100, strip=True, validate=one_line, metadata=shown, **options)


class PhoneField(fields.Text):
    """A telephone number as people write it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(3, 33, strip=True, validate=validate.Regexp(_PHONE), **options)


class LocaleField(fields.Text):
    """A language tag such as `de-DE`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(2, 35, strip=True, validate=validate.Regexp(_LOCALE), **options)


class CompanyField(fields.Text):
    """Whom a person buys for, on one line."""

    def __init__(self, **options: Any) -> None:
        one_line = validate.Predicate("isprintable", error="Must be printable characters.")
        super().__init__(1, 200, strip=True, validate=one_line, **options)


class VatIdField(fields.Text):
    """A VAT number: a country and up to 13 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(4, 15, strip=True, validate=validate.Regexp(_VAT_ID), **options)


class BirthDateField(ma.fields.Date):
    """A day that lies behind us."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=_is_past, **options)

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ma.ValidationError("Must be a day such as 1990-12-31.")
        return super()._deserialize(value, *args, **options)


class AttributesField(ma.fields.Dict):
    """What a shop wants to know beyond that: a few short texts by name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            keys=fields.Text(1, 40, validate=validate.Regexp(_ATTRIBUTE)),
            values=fields.Text(0, 200),
            validate=validate.Length(max=_MAX_ATTRIBUTES),
            **options,
        )


def _is_past(day: date) -> None:
    if not _FIRST_DAY <= day <= clock.now().date():
        raise ma.ValidationError("Must be a day of the past.")


class RegisterSchema(fields.Schema):
    """A new customer."""

    email = AddressField(required=True)
    password = NewPasswordField(required=True)
    name = NameField(required=True)


class LogInSchema(fields.Schema):
    """Who wants in."""

    email = AddressField(required=True)
    password = GuessField(required=True)


class RefreshTokenSchema(fields.Schema):
    """The refresh token of the last answer."""

    refresh_token = fields.Text(1, 200, required=True)


class TokensSchema(fields.Schema):
    """A session's tokens; `expires_in` is the access token's life in seconds."""

    access_token = fields.Text(1, _MAX_TOKEN, required=True)
    refresh_token = fields.Text(required=True)
    token_type = fields.Text(required=True)
    expires_in = fields.Integer(required=True)


class ChangePasswordSchema(fields.Schema):
    """The old password proves the caller."""

    current_password = GuessField(required=True)
    new_password = NewPasswordField(required=True)


class ProfileSchema(fields.Schema):
    """What a user sees of the own account."""

    id = fields.Id("usr", required=True)
    email = fields.Text(required=True)
    name = fields.Text(required=True)
    phone = fields.Text(required=True, allow_none=True)
    locale = fields.Text(required=True, allow_none=True)
    email_verified = fields.Flag(required=True)
    company = fields.Text(required=True, allow_none=True)
    vat_id = fields.Text(required=True, allow_none=True)
    birth_date = ma.fields.Date(required=True, allow_none=True)
    attributes = ma.fields.Dict(keys=fields.Text(), values=fields.Text(0), required=True)
    roles = ma.fields.List(fields.Text(), required=True)
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)


class ChangeProfileSchema(fields.Schema):
    """The given fields change, the others stay."""

    name = NameField()
    phone = PhoneField(allow_none=True)
    locale = LocaleField(allow_none=True)
    company = CompanyField(allow_none=True)
    vat_id = VatIdField(allow_none=True)
    birth_date = BirthDateField(allow_none=True)
    attributes = AttributesField()


class ReplaceProfileSchema(fields.Schema):
    """The whole profile: what is not given is emptied."""

    name = NameField(required=True)
    phone = PhoneField(allow_none=True, load_default=None)
    locale = LocaleField(allow_none=True, load_default=None)
    company = CompanyField(allow_none=True, load_default=None)
    vat_id = VatIdField(allow_none=True, load_default=None)
    birth_date = BirthDateField(allow_none=True, load_default=None)
    attributes = AttributesField(load_default=dict)


class LoginSessionSchema(fields.Schema):
    """One sign-in on one device; `current` is the one that asks."""

    id = fields.Id("ses", required=True)
    created_at = fields.Timestamp(required=True)
    used_at = fields.Timestamp(required=True)
    expires_at = fields.Timestamp(required=True)
    address = fields.Text(0, required=True)
    user_agent = fields.Text(0, required=True)
    current = ma.fields.Function(
        lambda login: ids.to_text("ses", login.id) == principal().session_id,
        metadata={"type": "boolean"},
    )


class JwkSchema(fields.Schema):
    """An Ed25519 public key (RFC 8037)."""

    kid = fields.Text(required=True)
    kty = fields.Text(required=True)
    crv = fields.Text(required=True)
    x = fields.Text(required=True)
    use = fields.Text(required=True)
    alg = fields.Text(required=True)


class JwksSchema(fields.Schema):
    """The public keys of access tokens."""

    keys = ma.fields.List(ma.fields.Nested(JwkSchema), required=True)
