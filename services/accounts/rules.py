"""Policies of accounts, without I/O: addresses, passwords, roles, lifetimes."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

from services.accounts.errors import WeakPassword

MIN_PASSWORD = 12
MAX_PASSWORD = 128
ACCESS_LIFETIME = timedelta(minutes=10)
IDLE_LIFETIME = timedelta(days=14)
ABSOLUTE_LIFETIME = timedelta(days=30)
REFRESH_GRACE = timedelta(seconds=10)
# How long an ended session is still known, so that its old tokens are told from random text.
SESSION_RETENTION = timedelta(days=30)

CUSTOMER = "customer"
ADMIN = "admin"
ROLES = (CUSTOMER, ADMIN, "support", "warehouse", "catalog_editor", "finance", "moderator")
ACTIVE = "active"
DISABLED = "disabled"
# Signed out for good, then forgotten; nobody sets these by hand.
ERASING = "erasing"
ERASED = "erased"
STATUSES = (ACTIVE, DISABLED, ERASING, ERASED)

PROVE_EMAIL = "prove_email"
RESET_PASSWORD = "reset_password"  # noqa: S105  a purpose, not a password
MAIL_PURPOSES = (PROVE_EMAIL, RESET_PASSWORD)
MAIL_TOKEN_LIFETIME = {PROVE_EMAIL: timedelta(days=3), RESET_PASSWORD: timedelta(hours=1)}
# So many mails of one purpose a person gets in an hour; more are not sent, and nobody is told.
MAILS_PER_WINDOW = 3
MAIL_WINDOW = timedelta(hours=1)
MAIL_TOKEN_RETENTION = timedelta(days=1)

MAX_ADDRESSES = 50
MAX_API_KEYS = 25
MAX_GROUPS_OF_A_USER = 50
SIGN_IN_PATIENCE = timedelta(minutes=10)
# How exact the last use of an API key is known.
KEY_USE_GRAIN = timedelta(minutes=1)
# A key may look at its owner's account; to change it somebody has to sign in.
_SCOPE = re.compile(r"(?!accounts:write)[a-z][a-z_]{1,30}:(read|write)")

RUNNING, COLLECTED, READY, FAILED, EXPIRED = "running", "collected", "ready", "failed", "expired"
EXPORT_STATES = (RUNNING, COLLECTED, READY, FAILED, EXPIRED)
EXPORT_LIFETIME = timedelta(hours=24)
EXPORTS_PER_DAY = 5
REQUESTED, DONE, REFUSED = "requested", "done", "refused"
ERASURE_STATES = (REQUESTED, RUNNING, DONE, REFUSED)

_COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")


def normalize_email(text: str) -> str:
    """The one spelling of an address: look-alike letters of Unicode and case do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def normalize_password(text: str) -> str:
    """The same password from every keyboard (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, *, email: str) -> None:
    """Refuse what attackers try first; the length is checked where the password comes in."""
    guess = normalize_password(password).casefold()
    if guess in common_passwords() or guess == email:
        raise WeakPassword("this password is too easy to guess; choose another one")


@cache
def common_passwords() -> frozenset[str]:
    """The bundled list of refused passwords, in lower case."""
    lines = _COMMON_PASSWORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))


def refresh_expiry(now: datetime, session_ends: datetime) -> datetime:
    """A refresh token lives for the idle time, but never beyond its session."""
    return min(now + IDLE_LIFETIME, session_ends)


def is_scope(text: str) -> bool:
    """Whether an API key may have it: `<service>:read` or `<service>:write`."""
    return _SCOPE.fullmatch(text) is not None


def key_token_expiry(now: datetime, key_expires: datetime | None) -> datetime:
    """A key's token lives as long as any, but never beyond its key."""
    return min(now + ACCESS_LIFETIME, key_expires or now + ACCESS_LIFETIME)


class HasEmail(Protocol):
    """Somebody with an address."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def email_verified(self) -> bool:
        """Whether it is proven to be theirs."""


def proven_emails(user: HasEmail) -> tuple[str, ...]:
    """The addresses under which guests are the same person. An address that anybody could have
    typed in proves nothing, and must not lead to a stranger's orders."""
    return (user.email,) if user.email_verified else ()
