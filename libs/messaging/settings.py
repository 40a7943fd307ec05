"""How processes reach the broker, and how much they take on at once."""

from dataclasses import dataclass, field

from libs.settings import Settings


@dataclass(frozen=True)
class MessagingSettings(Settings):
    """The broker is the same for every service of an installation."""

    broker_url: str = field(
        metadata={"help": "amqp:// for RabbitMQ, redis:// for the embedded one"}
    )
    worker_prefetch: int = field(
        default=256, metadata={"help": "messages a saga worker may hold unacknowledged"}
    )
    slow_calls: int = field(default=16, metadata={"help": "calls to providers at the same time"})
