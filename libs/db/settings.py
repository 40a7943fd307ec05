"""How a process reaches its databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from libs.db.connection import Connection
from libs.db.pool import RestedPool
from libs.settings import PREFIX, Settings, SettingsError


@dataclass(frozen=True)
class DatabaseSettings(Settings):
    """Deadlines and pool of every database connection; times in milliseconds."""

    section = "DATABASE_"

    pool_size: int = field(default=8, metadata={"help": "connections kept per process"})
    statement_timeout: int = field(default=2000, metadata={"help": "longest statement"})
    lock_timeout: int = field(default=1000, metadata={"help": "longest wait for a lock"})
    idle_timeout: int = field(default=10000, metadata={"help": "longest idle transaction"})


def database_url(service: str, environ: Mapping[str, str]) -> str:
    """The service's own database, in SQLAlchemy's form."""
    variable = f"{PREFIX}{service.upper()}_DATABASE_URL"
    url = environ.get(variable, "")
    if not url.startswith(("postgresql://", "postgresql+psycopg2://")):
        raise SettingsError(f"{variable} is not set to a postgresql:// URL")
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def engine_options(settings: DatabaseSettings, service: str = "") -> dict[str, Any]:
    """Every connection has a deadline on both sides, also against a silent network."""
    # Not by the driver's `options`, which a pooler in front of the server would drop or refuse.
    session = (
        f"SET statement_timeout = {settings.statement_timeout};"
        f"SET lock_timeout = {settings.lock_timeout};"
        f"SET idle_in_transaction_session_timeout = {settings.idle_timeout};"
        "SET timezone = 'UTC';"
        # A batch's arrays would have each of its statements planned anew every time.
        "SET plan_cache_mode = force_generic_plan"
    )
    return {
        "pool_size": settings.pool_size,
        "max_overflow": 2,
        # The connection that was used last has its plans in the nearest cache.
        "pool_use_lifo": True,
        "pool_timeout": 1,
        "pool_recycle": 900,
        "poolclass": RestedPool,
        "pool_logging_name": service,
        # Its types would be asked for whenever a connection opens.
        "use_native_hstore": False,
        "connect_args": {
            "connection_factory": partial(Connection, session=session),
            "connect_timeout": 2,
            "tcp_user_timeout": 3000,
            "keepalives_idle": 5,
        },
    }
