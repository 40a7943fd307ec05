"""The database of the current service, and the rules that all its tables share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A service declares `class Base(DeclarativeBase)` with these two, so that the tables of services
# that share a process never meet in one metadata.
TYPES: dict[Any, Any] = {
    UUID: Uuid(as_uuid=True),
    datetime: DateTime(timezone=True),
    int: BigInteger,
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
}


def service_metadata() -> MetaData:
    """Fresh metadata with the naming convention, for one service's declarative base."""
    return MetaData(naming_convention=NAMING_CONVENTION)


# One object for all services: each Flask app, web or worker, carries its own engine.
db = SQLAlchemy(disable_autonaming=True)
