"""Customer groups."""

from marshmallow import validate

from libs.http import fields
from services.accounts.schemas.account import NameField

_CODE = r"^[a-z0-9][a-z0-9_-]{0,39}\Z"


class CustomerGroupSchema(fields.Schema):
    """A group; promotions name it by its code."""

    code = fields.Text(required=True)
    name = fields.Text(required=True)
    description = fields.Text(0, required=True, allow_none=True)
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)


class CreateCustomerGroupSchema(fields.Schema):
    """A new group."""

    code = fields.Text(1, 40, validate=validate.Regexp(_CODE), required=True)
    name = NameField(required=True)
    description = fields.Text(0, 500, allow_none=True, load_default=None)


class ChangeCustomerGroupSchema(fields.Schema):
    """The given fields change; a code never does."""

    name = NameField()
    description = fields.Text(0, 500, allow_none=True)


class GroupMemberSchema(fields.Schema):
    """Somebody in the group."""

    user_id = fields.Id("usr", required=True)
    added_at = fields.Timestamp(required=True)
