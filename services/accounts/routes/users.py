"""Users, for administrators."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id as caller_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import page_schema
from services.accounts import queries
from services.accounts.commands import users as commands
from services.accounts.models.users import User
from services.accounts.routes.caller import origin
from services.accounts.rules import ADMIN
from services.accounts.schemas.account import AdministerUserSchema, UserFilterSchema, UserSchema

users = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Users, for admins.")


@users.get("")
@access(roles=(ADMIN,))
@users.arguments(UserFilterSchema, location="query")
@users.response(200, page_schema(UserSchema))
def list_users(args: dict[str, Any]) -> Page[User]:
    """All users, newest first."""
    with reading() as session:
        return queries.list_users(session, **args)


@users.get("/<id('usr'):user_id>")
@access(roles=(ADMIN,))
@users.response(200, UserSchema)
def get_user(user_id: UUID) -> User:
    """One user."""
    with reading() as session:
        user = queries.get_user(session, user_id)
    etag.check_if_none_match(user.version)
    return user


@users.patch("/<id('usr'):user_id>")
@access(roles=(ADMIN,))
@users.arguments(AdministerUserSchema)
@users.response(200, UserSchema)
def administer_user(body: dict[str, Any], user_id: UUID) -> User:
    """Change a user's roles or status; a disabled user is signed out everywhere."""
    with transaction() as session:
        user = commands.lock_for_administration(session, user_id)
        etag.check_if_match(user.version)
        commands.administer(
            session,
            user,
            roles=body.get("roles"),
            status=body.get("status"),
            actor_id=caller_id(),
            origin=origin(),
        )
    return etag.marked(user)
