"""What the launcher can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings


@dataclass(frozen=True)
class RunSettings(Settings):
    """A server that is given by URL is used instead of the embedded one."""

    port: int = field(default=8000, metadata={"help": "where the shop answers"})
    database_url: str = field(
        default="", metadata={"help": "a PostgreSQL role that may create databases and roles"}
    )
    broker_url: str = field(default="", metadata={"help": "amqp:// or redis://"})
    redis_url: str = field(default="", metadata={"help": "redis:// for caches and limits"})
