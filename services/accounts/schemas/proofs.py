"""Mailed tokens: what asks for one and what comes with it."""

from libs.http import fields
from services.accounts.schemas.account import AddressField, GuessField, NewPasswordField


class RequestPasswordResetSchema(fields.Schema):
    """Whose password is to be set anew."""

    email = AddressField(required=True)


class ResetPasswordSchema(fields.Schema):
    """What it is set to."""

    new_password = NewPasswordField(required=True)


class RequestEmailChangeSchema(fields.Schema):
    """The new address, and the password that proves the caller, where there is one."""

    email = AddressField(required=True)
    current_password = GuessField(load_default=None)
