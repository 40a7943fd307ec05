"""Proving a mailbox by a mailed token: confirmed addresses, changed addresses, lost passwords."""

from typing import Any, NoReturn

from flask import Response

from libs.db.transaction import reading, transaction
from libs.http.auth import principal, user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.http.problems import malformed
from libs.service import service_settings
from services.accounts import queries
from services.accounts.commands import proofs as commands
from services.accounts.commands.users import lock_user
from services.accounts.routes.caller import origin, prove_caller
from services.accounts.routes.vault import vault
from services.accounts.rules import PROVE_EMAIL, RESET_PASSWORD, check_password
from services.accounts.schemas.proofs import (
    RequestEmailChangeSchema,
    RequestPasswordResetSchema,
    ResetPasswordSchema,
)
from services.accounts.settings import AccountsSettings

proofs = Blueprint(
    "proofs", __name__, url_prefix="/api/v1/accounts", description="Proofs of a mail address."
)


@proofs.post("/password-resets")
@access(public=True)
@limited("register")
@proofs.arguments(RequestPasswordResetSchema)
@proofs.response(202)
def request_password_reset(body: dict[str, Any]) -> Response:
    """Mail a token that sets a new password; the answer is the same for an unknown address."""
    page = service_settings(AccountsSettings).reset_page
    with transaction() as session:
        commands.ask_for_reset(session, body["email"], page=page, origin=origin())
    return Response(status=202)


@proofs.put("/password-resets/<string:token>")
@access(public=True)
@limited("login")
@proofs.arguments(ResetPasswordSchema)
@proofs.response(204)
def reset_password(body: dict[str, Any], token: str) -> None:
    """Set a new password by a mailed token, and end all sessions."""
    with reading() as session:
        email = queries.find_mailbox(session, token, RESET_PASSWORD)
    if email is None:
        _refuse()
    check_password(body["new_password"], email=email)
    password_hash = vault().passwords.hash(body["new_password"])
    with transaction() as session:
        proof = commands.use(session, token, RESET_PASSWORD)
        if not proof or not commands.reset_password(session, proof, password_hash, origin()):
            _refuse()


@proofs.post("/email-verifications")
@access(user=True, owns="account")
@proofs.response(202)
def request_email_verification() -> Response:
    """Mail a token that proves the caller's address."""
    page = service_settings(AccountsSettings).verification_page
    with transaction() as session:
        user = lock_user(session, user_id())
        if not user.email_verified:
            commands.ask_for_proof(session, user, user.email, page=page)
    return Response(status=202)


@proofs.post("/email-changes")
@access(user=True, owns="account")
@proofs.arguments(RequestEmailChangeSchema)
@proofs.response(202)
def request_email_change(body: dict[str, Any]) -> Response:
    """Mail a token to a new address, which becomes the caller's once it is proven."""
    prove_caller(body["current_password"])
    page = service_settings(AccountsSettings).verification_page
    with transaction() as session:
        user = lock_user(session, user_id())
        commands.ask_for_proof(session, user, body["email"], page=page)
    return Response(status=202)


@proofs.put("/email-verifications/<string:token>")
@access(public=True)
@limited("login")
@proofs.response(204)
def verify_email(token: str) -> None:
    """Prove an address by a mailed token; a changed one becomes the user's now."""
    with transaction() as session:
        proof = commands.use(session, token, PROVE_EMAIL)
        if proof is None or principal().user_id not in {None, proof.user_id}:
            _refuse()
        if not commands.prove_email(session, proof, origin()):
            _refuse()


def _refuse() -> NoReturn:
    raise malformed("accounts.invalid_token", "The token is not valid; ask for a new one.")
