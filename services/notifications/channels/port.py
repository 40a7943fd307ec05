"""What notifications needs of whatever carries a message."""

from typing import Protocol

from services.notifications.rules.messages import Dispatch, Outcome


class Port(Protocol):
    """One way to one channel. A call may take seconds: never make it inside a transaction."""

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One try, within deadlines. Never raises for what the other side does."""
