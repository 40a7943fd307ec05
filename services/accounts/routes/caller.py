"""The signed-in caller of an accounts operation, and where the request comes from."""

import hashlib
from uuid import UUID

from flask import request

from libs import ids
from libs.db.transaction import reading
from libs.http.auth import principal, user_id
from libs.http.gate import client_address
from libs.http.kernel import kernel
from services.accounts import queries
from services.accounts.commands.audit import Origin
from services.accounts.errors import SignInNeeded, WrongPassword
from services.accounts.routes.vault import vault

_FAILED = "login_failed"


def origin() -> Origin:
    """The client's address and program."""
    return Origin(client_address(), request.user_agent.string)


def session_id() -> UUID:
    """The caller's own session; every access token that passed the gate here has one."""
    return ids.from_text("ses", principal().session_id or "")


def require_session() -> None:
    """Refuse a program with an API key: some things the owner does in person."""
    if principal().key_id:
        raise SignInNeeded("an API key may not do this; its owner has to sign in")


def prove_caller(password: str | None) -> None:
    """Refuse who does not know the caller's password, where the caller has one.

    Whoever comes in through an identity provider alone has nothing else to prove.
    """
    require_session()
    with reading() as session:
        known = queries.get_credential(session, user_id())
    if known.password_hash is None:
        return
    check_guesses(known.email)
    if not vault().passwords.prove(known.password_hash, password or "").matched:
        count_wrong_guess(known.email)
        raise WrongPassword("the current password is wrong")


def check_guesses(email: str) -> None:
    """Refuse (429) when too many passwords were guessed for the address, known or not."""
    kernel().limiter.check(_FAILED, _key(email))


def count_wrong_guess(email: str) -> None:
    """Count a wrong password for the address."""
    kernel().limiter.spend(_FAILED, _key(email))


def _key(email: str) -> str:
    """Addresses of mail are nobody's business in the store that counts."""
    return hashlib.sha256(email.encode()).hexdigest()
