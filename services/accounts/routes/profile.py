"""The signed-in user's own account: profile, password, sessions."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs, page_schema
from services.accounts import queries
from services.accounts.commands import sessions, users
from services.accounts.models.users import LoginSession, User
from services.accounts.routes.caller import (
    check_guesses,
    count_wrong_guess,
    origin,
    require_session,
    session_id,
)
from services.accounts.routes.vault import vault
from services.accounts.rules import check_password
from services.accounts.schemas.account import (
    ChangePasswordSchema,
    ChangeProfileSchema,
    LoginSessionSchema,
    ProfileSchema,
    ReplaceProfileSchema,
)

profile = Blueprint(
    "profile", __name__, url_prefix="/api/v1/accounts", description="The caller's own account."
)


@profile.get("/profile")
@access(user=True, owns="account")
@profile.response(200, ProfileSchema)
def get_profile() -> User:
    """The caller's profile."""
    with reading() as session:
        user = queries.get_user(session, user_id())
    etag.check_if_none_match(user.version)
    return user


@profile.patch("/profile")
@access(user=True, owns="account")
@profile.arguments(ChangeProfileSchema)
@profile.response(200, ProfileSchema)
def change_profile(body: dict[str, Any]) -> User:
    """Change the given fields of the caller's profile."""
    return _write_profile(body)


@profile.put("/profile")
@access(user=True, owns="account")
@profile.arguments(ReplaceProfileSchema)
@profile.response(200, ProfileSchema)
def replace_profile(body: dict[str, Any]) -> User:
    """Replace the caller's profile as a whole."""
    return _write_profile(body)


def _write_profile(changes: dict[str, Any]) -> User:
    with transaction() as session:
        user = users.lock_user(session, user_id())
        etag.check_if_match(user.version)
        users.change_profile(user, changes)
    return etag.marked(user)


@profile.post("/password")
@access(user=True, owns="account")
@profile.arguments(ChangePasswordSchema)
@profile.response(204)
def change_password(body: dict[str, Any]) -> None:
    """Change the caller's password and end all other sessions."""
    with reading() as session:
        known = queries.get_credential(session, user_id())
    check_guesses(known.email)
    check_password(body["new_password"], email=known.email)
    passwords = vault().passwords
    proof = passwords.prove(known.password_hash, body["current_password"])
    fresh = passwords.hash(body["new_password"]) if proof.matched else None
    with transaction() as session:
        refusal = users.change_password(session, known, fresh, keep=session_id(), origin=origin())
    if not proof.matched:
        count_wrong_guess(known.email)
    if refusal:
        raise refusal


@profile.get("/sessions")
@access(user=True, owns="sessions")
@profile.arguments(PageArgs, location="query")
@profile.response(200, page_schema(LoginSessionSchema))
def list_sessions(args: dict[str, Any]) -> Page[LoginSession]:
    """The devices on which the caller is signed in."""
    with reading() as session:
        return queries.list_sessions(session, user_id=user_id(), **args)


@profile.delete("/sessions")
@access(user=True, owns="sessions")
@profile.response(204)
def end_other_sessions() -> None:
    """Sign the caller out on every other device."""
    require_session()
    with transaction() as session:
        user = users.lock_user(session, user_id())
        sessions.end_sessions(session, user.id, keep=session_id())


@profile.get("/sessions/<id('ses'):login_id>")
@access(user=True, owns="sessions")
@profile.response(200, LoginSessionSchema)
def get_session(login_id: UUID) -> LoginSession:
    """One device on which the caller is signed in."""
    with reading() as session:
        return queries.get_session(session, user_id(), login_id)


@profile.delete("/sessions/<id('ses'):login_id>")
@access(user=True, owns="sessions")
@profile.response(204)
def end_session(login_id: UUID) -> None:
    """Sign the caller out on one device."""
    with transaction() as session:
        sessions.end_session(
            session,
            user_id=user_id(),
            session_id=login_id,
            kind="session_ended",
            origin=origin(),
        )
