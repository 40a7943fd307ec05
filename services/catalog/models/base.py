"""What all tables of catalog have in common."""

from sqlalchemy import (
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

from libs.db.base import TYPES, service_metadata


class Base(DeclarativeBase):
    """Catalog's tables."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text, list[str]: ARRAY(Text)}
