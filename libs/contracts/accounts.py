"""What accounts announces."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Fact


class CustomerRegistered(Fact, frozen=True, kw_only=True):
    """A person opened an account."""

    wire_name: ClassVar[str] = "accounts.customer_registered.v1"

    user_id: UUID
    email: str
    name: str


class CustomerGroupsChanged(Fact, frozen=True, kw_only=True):
    """The codes of all groups that a customer belongs to now; the newest version holds."""

    wire_name: ClassVar[str] = "accounts.customer_groups_changed.v1"

    user_id: UUID
    version: int
    groups: tuple[str, ...]


class EmailChanged(Fact, frozen=True, kw_only=True):
    """A user has proven to own another mail address, which counts from now on; the newest version
    of the user holds."""

    wire_name: ClassVar[str] = "accounts.email_changed.v1"

    user_id: UUID
    version: int
    email: str
    name: str


class EmailVerificationRequested(Fact, frozen=True, kw_only=True):
    """Whoever reads the mail of that address shall prove it with the token, which works once.

    `link` leads to the shop's page for that, if the shop has named one.
    """

    wire_name: ClassVar[str] = "accounts.email_verification_requested.v1"

    request_id: UUID
    user_id: UUID
    email: str
    name: str
    token: str
    link: str | None


class PasswordResetRequested(Fact, frozen=True, kw_only=True):
    """Whoever reads the mail of that address may set a new password with the token, once."""

    wire_name: ClassVar[str] = "accounts.password_reset_requested.v1"

    request_id: UUID
    user_id: UUID
    email: str
    name: str
    token: str
    link: str | None
