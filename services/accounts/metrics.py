"""What accounts measure."""

from prometheus_client import Counter

from libs.errors import DomainError

_logins = Counter("accounts_logins", "Logins by their outcome.", ("outcome",))
_refreshes = Counter("accounts_refreshes", "Uses of a refresh token by outcome.", ("outcome",))


def count_login(outcome: object) -> None:
    """Count a login: granted, or the code of its refusal."""
    _logins.labels(_name(outcome)).inc()


def count_refresh(outcome: object) -> None:
    """Count a refresh: granted, or the code of its refusal."""
    _refreshes.labels(_name(outcome)).inc()


def _name(outcome: object) -> str:
    return outcome.code if isinstance(outcome, DomainError) else "granted"
