"""What accounts refuses, each with a stable code."""

from libs.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable


class EmailTaken(Conflict):
    """Somebody has an account under this address already."""

    code = "accounts.email_taken"


class WeakPassword(Invalid):
    """The password is one of those that attackers try first."""

    code = "accounts.weak_password"


class WrongCredentials(Unauthenticated):
    """No such account, or not its password: which of the two is nobody's business."""

    code = "accounts.wrong_credentials"


class WrongPassword(Forbidden):
    """A signed-in user did not prove the current password."""

    code = "accounts.wrong_password"


class UserDisabled(Forbidden):
    """The password is right, but an administrator has closed the account."""

    code = "accounts.user_disabled"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown, used, expired or revoked."""

    code = "accounts.invalid_refresh_token"


class PasswordsBusy(Unavailable):
    """Too many passwords are being checked; none was looked at."""

    code = "accounts.busy"


class NoSuchUser(NotFound):
    """There is no user of that id."""

    code = "accounts.user_not_found"


class NoSuchSession(NotFound):
    """The caller has no such live session."""

    code = "accounts.session_not_found"


class LastAdministrator(Conflict):
    """The change would leave nobody who can undo it."""

    code = "accounts.last_administrator"


class PasswordChanged(Conflict):
    """Another request changed the password while this one was proving the old one."""

    code = "accounts.password_changed"


class ExportsUsedUp(Conflict):
    """The person has asked for enough copies today."""

    code = "accounts.exports_used_up"


class NoSuchExport(NotFound):
    """The caller has no such export, or its day is over."""

    code = "accounts.export_not_found"


class ExportNotReady(Conflict):
    """Some service has not handed over its part yet."""

    code = "accounts.export_not_ready"


class ErasureRunning(Conflict):
    """The account is being erased already."""

    code = "accounts.erasure_running"
