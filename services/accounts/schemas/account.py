"""What goes in and out of accounts over HTTP."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs import ids
from libs.http import fields
from libs.http.auth import principal
from libs.http.paging import PageArgs
from services.accounts.rules import (
    ACTIVE,
    DISABLED,
    MAX_PASSWORD,
    MIN_PASSWORD,
    ROLES,
    normalize_email,
)

# Far beyond every password that could be right, so that a wrong one is just wrong.
_MAX_GUESS = 1024
_MAX_TOKEN = 4096
# White space is stripped first, so `$` is the very end.
_PHONE = r"^\+?[0-9][0-9 ()./-]{2,31}$"
_LOCALE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


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
    roles = ma.fields.List(fields.Text(), required=True)
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)


class ChangeProfileSchema(fields.Schema):
    """The given fields change, the others stay."""

    name = NameField()
    phone = PhoneField(allow_none=True)
    locale = LocaleField(allow_none=True)


class ReplaceProfileSchema(fields.Schema):
    """The whole profile: what is not given is emptied."""

    name = NameField(required=True)
    phone = PhoneField(allow_none=True, load_default=None)
    locale = LocaleField(allow_none=True, load_default=None)


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


class UserSchema(ProfileSchema):
    """What an administrator sees of a user."""

    status = fields.Text(required=True)


class UserFilterSchema(PageArgs):
    """A page of users, or the one with that address."""

    email = AddressField(load_default=None)


class AdministerUserSchema(fields.Schema):
    """Roles replace the user's roles as a whole."""

    roles = ma.fields.List(
        fields.Text(validate=validate.OneOf(ROLES)), validate=validate.Length(1, len(ROLES))
    )
    status = fields.Text(validate=validate.OneOf((ACTIVE, DISABLED)))


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
