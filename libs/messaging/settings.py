"""How processes reach the broker, and how much they take on at once."""

from dataclasses import dataclass, field

from libs.messaging.topology import DELIVERY_LIMIT
from libs.settings import Settings


@dataclass(frozen=True)
class MessagingSettings(Settings):
    """The broker is the same for every service of an installation."""

    broker_url: str = field(
        metadata={"help": "amqp:// for RabbitMQ, redis:// for the embedded one"}
    )
    worker_prefetch: int = field(
        default=256,
        metadata={
            "most": 65_535,
            "help": "messages of a queue a saga worker may hold unacknowledged",
        },
    )
    slow_calls: int = field(default=16, metadata={"help": "calls to providers at the same time"})
    delivery_limit: int = field(
        default=DELIVERY_LIMIT,
        metadata={"help": "deliveries of a message before it is parked; fixed once declared"},
    )
    visibility_timeout: int = field(
        default=30,
        metadata={"help": "seconds until an embedded broker gives a lost worker's messages back"},
    )
    inbox_days: int = field(
        default=90,
        metadata={
            "help": "days that a message is remembered; no saga may wait longer for a person"
        },
    )
    worker_host: str = field(
        default="127.0.0.1", metadata={"help": "where a worker serves its probes"}
    )
    worker_port: int = field(
        default=0,
        metadata={
            "least": 0,
            "most": 65_535,
            "help": "port of /livez, /readyz and /metrics of a worker; 0: none",
        },
    )
