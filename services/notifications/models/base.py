"""The declarative base of notifications."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of notifications."""

    metadata: ClassVar[MetaData] = service_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {**TYPES, str: Text, list[str]: ARRAY(Text)}


class Identified:
    """Rows with an id that grows with time."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
