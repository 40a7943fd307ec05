"""Users as administrators see and change them."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http import fields
from libs.http.paging import PageArgs
from services.accounts.rules import ACTIVE, CUSTOMER, DISABLED, ROLES, STATUSES
from services.accounts.schemas.account import (
    AddressField,
    NewPasswordField,
    ProfileSchema,
    ReplaceProfileSchema,
)


class UserSchema(ProfileSchema):
    """What an administrator sees of a user."""

    status = fields.Text(required=True)


class UserFilterSchema(PageArgs):
    """A page of users: the one with that address, those of a role or a status."""

    email = AddressField(load_default=None)
    role = fields.Text(validate=validate.OneOf(ROLES), load_default=None)
    status = fields.Text(validate=validate.OneOf(STATUSES), load_default=None)


class RolesField(ma.fields.List[Any]):
    """At least one role."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            fields.Text(validate=validate.OneOf(ROLES)),
            validate=validate.Length(1, len(ROLES)),
            **options,
        )


class CreateUserSchema(ReplaceProfileSchema):
    """Somebody whom an administrator lets in; without a password the person is mailed a token to
    choose one."""

    email = AddressField(required=True)
    roles = RolesField(load_default=lambda: [CUSTOMER])
    password = NewPasswordField(load_default=None)


class ReplaceUserSchema(ReplaceProfileSchema):
    """The whole user: what is not given is emptied."""

    roles = RolesField(required=True)
    status = fields.Text(validate=validate.OneOf((ACTIVE, DISABLED)), required=True)


class AdministerUserSchema(fields.Schema):
    """Roles replace the user's roles as a whole."""

    roles = RolesField()
    status = fields.Text(validate=validate.OneOf((ACTIVE, DISABLED)))
