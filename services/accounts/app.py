"""Accounts on the web."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from libs import ids
from libs.db.transaction import reading
from libs.http.app import WebService
from libs.http.kernel import kernel_of
from libs.service import service_settings
from services.accounts import queries
from services.accounts.oidc import Providers
from services.accounts.passwords import Passwords
from services.accounts.routes.addresses import addresses
from services.accounts.routes.api_keys import api_keys
from services.accounts.routes.groups import groups
from services.accounts.routes.privacy import privacy
from services.accounts.routes.profile import profile
from services.accounts.routes.proofs import proofs
from services.accounts.routes.sign_in import accounts
from services.accounts.routes.social import oauth
from services.accounts.routes.users import users
from services.accounts.routes.vault import Vault, install
from services.accounts.settings import AccountsSettings
from services.accounts.tokens import SigningKeys


def _set_up(app: Flask) -> None:
    with app.app_context():
        settings = service_settings(AccountsSettings)
    passwords = Passwords(at_once=settings.hashes_at_once, patience=settings.hash_patience)
    keys = SigningKeys.load(settings.keys_dir)
    providers = Providers.load(Path(settings.oidc_file) if settings.oidc_file else None)
    install(app, Vault(keys=keys, passwords=passwords, providers=providers))
    kernel_of(app).authenticator.revoke_with(_has_ended)


def _has_ended(claims: Mapping[str, Any]) -> bool:
    """Here, where sessions and API keys are known, a token ends with what it was given for, with
    its user or with a lost role."""
    roles = claims.get("roles", [])
    try:
        user_id = ids.from_text("usr", claims["sub"])
        with reading() as session:
            if "key" in claims:
                key_id = ids.from_text("key", claims["key"])
                return not queries.is_live_key(session, user_id=user_id, key_id=key_id, roles=roles)
            session_id = ids.from_text("ses", claims["sid"])
            return not queries.is_signed_in(
                session, user_id=user_id, session_id=session_id, roles=roles
            )
    except (KeyError, ValueError, AttributeError):
        return True


WEB = WebService(
    name="accounts",
    prefixes=("/api/v1/accounts", "/api/v1/users", "/api/v1/customer-groups"),
    blueprints=(accounts, oauth, profile, addresses, proofs, api_keys, privacy, users, groups),
    settings=AccountsSettings,
    setup=_set_up,
)
