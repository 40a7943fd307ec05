"""What the launcher can be told."""

from dataclasses import dataclass, field
from pathlib import Path

from libs.settings import Settings
from libs.testing.installation import ROOT


@dataclass(frozen=True)
class RunSettings(Settings):
    """A server that is given by URL is used instead of the embedded one."""

    home: Path = field(
        default=ROOT / ".argosy", metadata={"help": "where data, keys and logs are kept"}
    )
    port: int = field(default=8000, metadata={"help": "where the shop answers"})
    database_url: str = field(
        default="", metadata={"help": "a PostgreSQL role that may create databases and roles"}
    )
    broker_url: str = field(default="", metadata={"help": "amqp:// or redis://"})
    redis_url: str = field(default="", metadata={"help": "redis:// for caches and limits"})
