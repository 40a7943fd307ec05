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


class AddressBookFull(Conflict):
    """The person keeps as many addresses as anybody may."""

    code = "accounts.address_book_full"


class NoSuchAddress(NotFound):
    """The caller has no such address."""

    code = "accounts.address_not_found"


class GroupExists(Conflict):
    """Codes of groups are given out once."""

    code = "accounts.group_exists"


class NoSuchGroup(NotFound):
    """There is no group of that code."""

    code = "accounts.group_not_found"


class GroupInUse(Conflict):
    """Somebody is in the group."""

    code = "accounts.group_in_use"


class TooManyGroups(Conflict):
    """The user is in as many groups as anybody may be."""

    code = "accounts.too_many_groups"


class TooManyKeys(Conflict):
    """The person has as many live API keys as anybody may."""

    code = "accounts.too_many_keys"


class NoSuchKey(NotFound):
    """The caller has no such API key."""

    code = "accounts.api_key_not_found"


class InvalidApiKey(Unauthenticated):
    """The API key is unknown, revoked or expired, or its owner may not come in."""

    code = "accounts.invalid_api_key"


class SignInNeeded(Forbidden):
    """A program with an API key may not do what its owner has to do in person."""

    code = "accounts.sign_in_needed"


class NoSuchProvider(NotFound):
    """The shop knows no identity provider of that name."""

    code = "accounts.provider_not_found"


class ProviderRefused(Unauthenticated):
    """The identity provider did not vouch for anybody."""

    code = "accounts.provider_refused"


class ProviderUnreachable(Unavailable):
    """The identity provider does not answer, or not as it should."""

    code = "accounts.provider_unreachable"


class SignInLapsed(Unauthenticated):
    """Nobody went to the provider from this browser, or it is too long ago."""

    code = "accounts.sign_in_lapsed"


class EmailUnproven(Forbidden):
    """The provider has not verified the address, so it may be anybody's."""

    code = "accounts.email_unproven"


class OtherIdentity(Conflict):
    """The account is linked to somebody else at that provider."""

    code = "accounts.other_identity"
