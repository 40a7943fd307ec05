"""Policies of accounts, without I/O: addresses, passwords, roles, lifetimes."""

import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

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
ROLES = (CUSTOMER, ADMIN, "support", "warehouse", "catalog_editor", "finance")
ACTIVE = "active"
DISABLED = "disabled"
STATUSES = (ACTIVE, DISABLED)

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
