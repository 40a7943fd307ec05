"""Tables of notifications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of notifications."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text}


class Template(Base):
    """One revision of the words of a notice; the newest revision counts, none is changed."""

    __tablename__ = "template"
    __table_args__ = (
        UniqueConstraint("key", "channel", "locale", "revision"),
        CheckConstraint("channel IN ('email', 'in_app')", name="channel"),
        CheckConstraint("revision > 0", name="revision"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str]
    channel: Mapped[str]
    locale: Mapped[str]
    revision: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str | None]
    author: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Message(Base):
    """Something told to one person over one channel, in its final words.

    `due_at`: not tried before. `nudge_at`: when the sweep hands it to the jobs pool again.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'in_app')", name="channel"),
        CheckConstraint("state IN ('queued', 'delivered', 'failed')", name="state"),
        Index(None, "user_id", "id", postgresql_where=text("channel = 'in_app'")),
        Index(None, "nudge_at", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    channel: Mapped[str]
    user_id: Mapped[UUID | None]
    address: Mapped[str | None]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    nudge_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Contact(Base):
    """Where a user gets mail, for facts that name the user alone."""

    __tablename__ = "contact"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]


class Attempt(Base):
    """One try to deliver a message; one that is still `started` long after ended in a crash."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("state IN ('started', 'delivered', 'refused', 'retry')", name="state"),
    )

    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    detail: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
