"""Signing up, signing in, staying in, signing out, and the keys that prove it to others."""

from typing import Any

from flask import Response

from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from services.accounts import metrics, queries
from services.accounts.commands import registration, sessions
from services.accounts.errors import WrongCredentials
from services.accounts.models.users import User
from services.accounts.routes.caller import check_guesses, count_wrong_guess, origin, session_id
from services.accounts.routes.grants import tokens_of
from services.accounts.routes.vault import vault
from services.accounts.rules import check_password
from services.accounts.schemas.account import (
    JwksSchema,
    LogInSchema,
    ProfileSchema,
    RefreshTokenSchema,
    RegisterSchema,
    TokensSchema,
)

accounts = Blueprint(
    "accounts", __name__, url_prefix="/api/v1/accounts", description="Sign-up and sign-in."
)


@accounts.post("/register")
@access(public=True)
@limited("register")
@accounts.arguments(RegisterSchema)
@accounts.response(201, ProfileSchema)
def register(body: dict[str, Any]) -> User:
    """Open a customer's account."""
    check_password(body["password"], email=body["email"])
    password_hash = vault().passwords.hash(body["password"])
    with transaction() as session:
        return registration.register(
            session,
            email=body["email"],
            name=body["name"],
            password_hash=password_hash,
            origin=origin(),
        )


@accounts.post("/login")
@access(public=True)
@limited("login")
@accounts.arguments(LogInSchema)
@accounts.response(200, TokensSchema)
def log_in(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a password for a session's tokens."""
    check_guesses(body["email"])
    with reading() as session:
        known = queries.find_credential(session, body["email"])
    proof = vault().passwords.prove(known.password_hash if known else None, body["password"])
    with transaction() as session:
        outcome = sessions.log_in(session, known, proof, origin())
    metrics.count_login(outcome)
    if isinstance(outcome, WrongCredentials):
        count_wrong_guess(body["email"])
    return tokens_of(outcome)


@accounts.post("/token/refresh")
@access(public=True)
@accounts.arguments(RefreshTokenSchema)
@accounts.response(200, TokensSchema)
def refresh_token(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a refresh token for new tokens; each works once."""
    with transaction() as session:
        outcome = sessions.refresh(session, body["refresh_token"], origin())
    metrics.count_refresh(outcome)
    return tokens_of(outcome)


@accounts.post("/logout")
@access(user=True, owns="sessions")
@accounts.response(204)
def log_out() -> None:
    """End the caller's session: none of its tokens works any more."""
    with transaction() as session:
        sessions.end_session(
            session,
            user_id=user_id(),
            session_id=session_id(),
            kind="logged_out",
            origin=origin(),
        )


@accounts.get("/.well-known/jwks.json")
@access(public=True)
@accounts.response(200, JwksSchema)
def get_jwks() -> Response:
    """The public keys that access tokens are signed with."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(vault().keys.published, mimetype="application/json", headers=headers)
