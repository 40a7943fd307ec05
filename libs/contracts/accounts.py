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
