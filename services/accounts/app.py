"""Accounts on the web."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from libs import ids
from libs.db.transaction import reading
from libs.http.app import WebService
from libs.http.kernel import kernel_of
from libs.service import service_settings
from services.accounts import queries
from services.accounts.passwords import Passwords
from services.accounts.routes.profile import profile
from services.accounts.routes.sign_in import accounts
from services.accounts.routes.users import users
from services.accounts.routes.vault import Vault, install
from services.accounts.settings import AccountsSettings
from services.accounts.tokens import SigningKeys


def _set_up(app: Flask) -> None:
    with app.app_context():
        settings = service_settings(AccountsSettings)
    passwords = Passwords(at_once=settings.hashes_at_once, patience=settings.hash_patience)
    keys = SigningKeys.load(settings.keys_dir)
    install(app, Vault(keys=keys, passwords=passwords))
    kernel_of(app).authenticator.revoke_with(_has_ended)


def _has_ended(claims: Mapping[str, Any]) -> bool:
    """Here, where sessions are known, a token ends with its session, its user or a lost role."""
    try:
        user_id = ids.from_text("usr", claims["sub"])
        session_id = ids.from_text("ses", claims["sid"])
    except (KeyError, ValueError, AttributeError):
        return True
    roles = claims.get("roles", [])
    with reading() as session:
        return not queries.is_signed_in(
            session, user_id=user_id, session_id=session_id, roles=roles
        )


WEB = WebService(
    name="accounts",
    prefixes=("/api/v1/accounts", "/api/v1/users"),
    blueprints=(accounts, profile, users),
    settings=AccountsSettings,
    setup=_set_up,
)
