"""What payments needs of a payment provider."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.payments.rules import Evidence, Instruction, Kind, Refusal


class BadWebhook(Exception):
    """The message was not signed with a live secret, or cannot be understood."""


class Provider(Protocol):
    """One provider. Its calls take seconds: never make them inside a transaction."""

    @property
    def name(self) -> str:
        """What orders call it."""

    def compose(
        self, kind: Kind, *, order_id: UUID, amount: int, currency: str, token: str = ""
    ) -> str:
        """The request's exact body, to be stored before it is sent."""

    def perform(self, instruction: Instruction) -> Evidence | Refusal:
        """Send the request; under a key that it knows the provider only repeats its answer.

        ProviderFailed when the outcome is not known.
        """

    def find(self, key: str) -> Evidence | None:
        """What became of the request with that key, None if it is unknown there.

        ProviderFailed when the provider does not say.
        """

    def read_webhook(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Evidence:
        """What a message says that the provider sent us, or BadWebhook. Headers in lower case."""
