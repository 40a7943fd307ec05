"""What orders can be told."""

from dataclasses import dataclass, field
from pathlib import Path

from libs.settings import Settings


@dataclass(frozen=True)
class OrdersSettings(Settings):
    """Where carts is, and how orders proves itself to it."""

    section = "ORDERS_"

    carts_url: str = field(metadata={"help": "base URL of carts, or local:carts in one process"})
    service_key: Path = field(metadata={"help": "PEM file of the key that signs service tokens"})
    stream_seconds: float = field(
        default=60.0, metadata={"help": "longest life of one event stream; clients reconnect"}
    )
