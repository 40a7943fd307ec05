"""Whose cart it is: a user, or the guest who holds its secret token."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Owner:
    """Who asks; either proof opens a cart, and without any there is none to open."""

    user_id: UUID | None = None
    token_hash: bytes | None = None


def new_token() -> str:
    """A guest's secret; only its hash is kept."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """A plain hash is enough: the token is random and too long to be guessed."""
    return hashlib.sha256(token.encode()).digest()


def owner_of(user_id: UUID | None, token: str | None) -> Owner:
    """The owner that these proofs stand for."""
    return Owner(user_id, None if token is None else token_hash(token))
