"""Exports and erasures."""

import marshmallow as ma

from libs.http import fields
from services.accounts.schemas.account import GuessField


class ExportSchema(fields.Schema):
    """A copy of all that is known of the caller; it can be fetched while its state is `ready`."""

    id = fields.Id("exp", required=True)
    state = fields.Text(required=True, metadata={"examples": ["ready"]})
    created_at = fields.Timestamp(required=True)
    ready_at = fields.Timestamp(required=True, allow_none=True)
    expires_at = fields.Timestamp(required=True, allow_none=True)


class ExportContentSchema(fields.Schema):
    """One member per service, each in the service's own words."""

    exported_at = fields.Timestamp(required=True)
    services = ma.fields.Dict(keys=fields.Text(), values=ma.fields.Dict(), required=True)


class RequestErasureSchema(fields.Schema):
    """The password proves the caller, where the caller has one."""

    current_password = GuessField(load_default=None)


class ErasureSchema(fields.Schema):
    """A wish to be forgotten: `requested`, `running`, `done`, or `refused` because of `code`."""

    id = fields.Id("era", required=True)
    user_id = fields.Id("usr", required=True)
    state = fields.Text(required=True, metadata={"examples": ["requested"]})
    code = fields.Text(required=True, allow_none=True)
    due_at = fields.Timestamp(required=True)
    created_at = fields.Timestamp(required=True)
    ended_at = fields.Timestamp(required=True, allow_none=True)
