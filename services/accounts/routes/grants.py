"""What a sign-in gives to its caller."""

from typing import Any

from libs import clock
from libs.errors import DomainError
from services.accounts.commands import sessions
from services.accounts.routes.vault import vault
from services.accounts.rules import ACCESS_LIFETIME


def tokens_of(outcome: sessions.Grant | DomainError) -> dict[str, Any]:
    """The tokens of a granted session; a refusal is raised."""
    if isinstance(outcome, DomainError):
        raise outcome
    user = outcome.user
    access_token = vault().keys.access_token(user.id, outcome.session_id, user.roles, clock.now())
    return {
        "access_token": access_token,
        "refresh_token": outcome.refresh_token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
    }
