"""Users, for administrators."""

from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id as caller_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import page_schema
from libs.service import service_settings
from services.accounts import queries
from services.accounts.commands import proofs, registration
from services.accounts.commands import users as commands
from services.accounts.models.users import User
from services.accounts.routes.caller import origin
from services.accounts.routes.vault import vault
from services.accounts.rules import ADMIN, DISABLED, check_password
from services.accounts.schemas.users import (
    AdministerUserSchema,
    CreateUserSchema,
    ReplaceUserSchema,
    UserFilterSchema,
    UserSchema,
)
from services.accounts.settings import AccountsSettings

users = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Users, for admins.")


@users.get("")
@access(roles=(ADMIN,))
@users.arguments(UserFilterSchema, location="query")
@users.response(200, page_schema(UserSchema))
def list_users(args: dict[str, Any]) -> Page[User]:
    """All users, newest first."""
    with reading() as session:
        return queries.list_users(session, **args)


@users.post("")
@access(roles=(ADMIN,))
@idempotent(required=False)
@users.arguments(CreateUserSchema)
@users.response(201, UserSchema)
def create_user(body: dict[str, Any]) -> Response:
    """Open an account for somebody; without a password they are mailed a token to choose one."""
    password = body.pop("password")
    if password is not None:
        check_password(password, email=body["email"])
    password_hash = None if password is None else vault().passwords.hash(password)
    page = service_settings(AccountsSettings).reset_page

    def work() -> User:
        user = registration.create_user(
            session, body, password_hash=password_hash, actor_id=caller_id(), origin=origin()
        )
        if password_hash is None:
            proofs.invite(session, user, page=page)
        return etag.marked(user)

    with transaction() as session:
        return once(
            session,
            work,
            schema=UserSchema,
            location=lambda user: f"/api/v1/users/{ids.to_text('usr', user.id)}",
        )


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
    return _administer(user_id, body)


@users.put("/<id('usr'):user_id>")
@access(roles=(ADMIN,))
@users.arguments(ReplaceUserSchema)
@users.response(200, UserSchema)
def replace_user(body: dict[str, Any], user_id: UUID) -> User:
    """Replace a user's profile, roles and status as a whole."""
    return _administer(user_id, body)


@users.delete("/<id('usr'):user_id>")
@access(roles=(ADMIN,))
@users.response(204)
def deactivate_user(user_id: UUID) -> None:
    """Disable a user, who is signed out everywhere; nothing is deleted."""
    _administer(user_id, {"status": DISABLED})


def _administer(user_id: UUID, changes: dict[str, Any]) -> User:
    standing = {name: changes.pop(name, None) for name in ("roles", "status")}
    with transaction() as session:
        user = commands.lock_for_administration(session, user_id)
        etag.check_if_match(user.version)
        commands.require_standing(user)
        commands.change_profile(user, changes)
        commands.administer(session, user, **standing, actor_id=caller_id(), origin=origin())
    return etag.marked(user)
