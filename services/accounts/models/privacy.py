"""Exports and erasures of people, and the slices that services hand over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from libs import clock
from libs.ids import uuid7
from services.accounts.models.base import Base, one_of
from services.accounts.rules import ERASURE_STATES, EXPORT_STATES


class Export(Base):
    """A copy of all that is known of a person.

    `expected` says how many slices each service announced, once all have answered; `content` is
    the whole as JSON text, while it can be fetched.
    """

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint(one_of("state", EXPORT_STATES), name="state"),
        CheckConstraint("(state = 'ready') = (content IS NOT NULL)", name="content"),
        Index("ix_export_user_id_id", "user_id", "id"),
        Index("ix_export_expires_at", "expires_at", postgresql_where=text("state = 'ready'")),
        Index(
            "uq_export_running",
            "user_id",
            unique=True,
            postgresql_where=text("state IN ('running', 'collected')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    state: Mapped[str]
    expected: Mapped[dict[str, Any] | None]
    content: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class ExportSlice(Base):
    """A piece of one service's part, kept until the export is put together."""

    __tablename__ = "export_slice"

    export_id: Mapped[UUID] = mapped_column(
        ForeignKey("export.id", ondelete="CASCADE"), primary_key=True
    )
    service: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str]


class Erasure(Base):
    """A person's wish to be forgotten. It begins at `due_at`, when no token of theirs works."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint(one_of("state", ERASURE_STATES), name="state"),
        Index("ix_erasure_due_at", "due_at", postgresql_where=text("state = 'requested'")),
        Index("ix_erasure_user_id_id", "user_id", "id"),
        Index(
            "uq_erasure_running",
            "user_id",
            unique=True,
            postgresql_where=text("state IN ('requested', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    requested_by: Mapped[UUID]
    state: Mapped[str]
    status_before: Mapped[str]
    code: Mapped[str | None]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
