"""The signed-in caller of an accounts operation, and where the request comes from."""

import hashlib
from uuid import UUID

from flask import request

from libs import ids
from libs.http.auth import principal
from libs.http.gate import client_address
from libs.http.kernel import kernel
from services.accounts.commands.audit import Origin

_FAILED = "login_failed"


def origin() -> Origin:
    """The client's address and program."""
    return Origin(client_address(), request.user_agent.string)


def session_id() -> UUID:
    """The caller's own session; every access token that passed the gate here has one."""
    return ids.from_text("ses", principal().session_id or "")


def check_guesses(email: str) -> None:
    """Refuse (429) when too many passwords were guessed for the address, known or not."""
    kernel().limiter.check(_FAILED, _key(email))


def count_wrong_guess(email: str) -> None:
    """Count a wrong password for the address."""
    kernel().limiter.spend(_FAILED, _key(email))


def _key(email: str) -> str:
    """Addresses of mail are nobody's business in the store that counts."""
    return hashlib.sha256(email.encode()).hexdigest()
