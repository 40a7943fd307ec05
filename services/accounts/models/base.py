"""The declarative base of accounts, and how its tables are written down."""

from datetime import date

from sqlalchemy import Date, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

from libs.db.base import TYPES, service_metadata


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The text of a check that a column holds one of these."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


class Base(DeclarativeBase):
    """The tables of accounts."""

    metadata = service_metadata()
    type_annotation_map = {
        **TYPES,
        str: Text,
        bytes: LargeBinary,
        date: Date,
        list[str]: ARRAY(Text),
    }
