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
