"""What providers tell later about messages that they have taken."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class BadFeedback(Exception):
    """It was not signed by the provider, or cannot be understood; the text says which."""


class Report(NamedTuple):
    """One thing that became of one message; `suppresses` if the address must not be used again."""

    provider: str
    event_id: str
    message_id: UUID
    kind: str
    detail: str
    occurred_at: datetime
    suppresses: bool = False
