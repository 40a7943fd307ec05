"""What an object store has to offer: short keys of ours, and bytes behind them."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Upload(NamedTuple):
    """How a client hands its bytes in without us: one request, until it expires."""

    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


class Store(Protocol):
    """Every call has a deadline and raises StorageAway where the store does not do its part."""

    def upload(self, image_id: UUID, token: str, content_type: str, size: int) -> Upload:
        """Let somebody hand in just so many bytes of this type, once."""

    def read(self, key: str, most: int) -> bytes | None:
        """What lies there, one byte more than `most` at the most; None: nothing."""

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Keep this, over what lay there."""

    def delete(self, key: str) -> None:
        """Forget it; harmless when nothing lies there."""


def upload_key(image_id: UUID) -> str:
    """Where a client's bytes lie until they are made into files of ours; nobody may read it."""
    return f"uploads/{image_id}"


def image_key(image_id: UUID, width: int) -> str:
    """Where a file of ours lies, which everybody may read."""
    return f"images/{image_id}/{width}.webp"
