"""API keys."""

from datetime import datetime

import marshmallow as ma
from marshmallow import validate

from libs import clock
from libs.http import fields
from services.accounts.rules import is_scope
from services.accounts.schemas.account import NameField

_MAX_SCOPES = 40
_MAX_SECRET = 200


def _check_scope(text: str) -> None:
    if not is_scope(text):
        raise ma.ValidationError("Must be <service>:read or <service>:write; accounts only reads.")


def _is_to_come(moment: datetime) -> None:
    if moment <= clock.now():
        raise ma.ValidationError("Must be a time to come.")


class CreateApiKeySchema(fields.Schema):
    """A key can do within its scopes what its owner can do, and nothing else."""

    name = NameField(required=True)
    scopes = ma.fields.List(
        fields.Text(3, 40, validate=_check_scope, metadata={"examples": ["orders:read"]}),
        validate=validate.Length(1, _MAX_SCOPES),
        required=True,
    )
    expires_at = fields.Timestamp(
        allow_none=True,
        load_default=None,
        validate=_is_to_come,
        metadata={"examples": ["2099-12-31T00:00:00.000Z"]},
    )


class ApiKeySchema(fields.Schema):
    """A key without its secret, of which `prefix` is the beginning."""

    id = fields.Id("key", required=True)
    name = fields.Text(required=True)
    prefix = fields.Text(required=True)
    scopes = ma.fields.List(fields.Text(), required=True)
    created_at = fields.Timestamp(required=True)
    expires_at = fields.Timestamp(required=True, allow_none=True)
    last_used_at = fields.Timestamp(required=True, allow_none=True)
    revoked_at = fields.Timestamp(required=True, allow_none=True)


class NewApiKeySchema(fields.Schema):
    """A new key; `secret` is shown this once."""

    key = ma.fields.Nested(ApiKeySchema, required=True)
    secret = fields.Text(required=True)


class ExchangeApiKeySchema(fields.Schema):
    """What was shown when the key was made."""

    api_key = fields.Text(1, _MAX_SECRET, required=True, load_only=True)


class KeyTokenSchema(fields.Schema):
    """An access token for the key; `expires_in` is its life in seconds."""

    access_token = fields.Text(required=True)
    token_type = fields.Text(required=True)
    expires_in = fields.Integer(required=True)
    scopes = ma.fields.List(fields.Text(), required=True)
