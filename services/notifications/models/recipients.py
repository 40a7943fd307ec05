"""Tables of the people: where they are reached, and what they want to be told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models.base import Base, Identified


class Contact(Base):
    """Where a user is reached; `version` is that of the fact that said so.

    An erased user is not reached any more; the row stays, so that nothing late is told to them.
    """

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("erased = (email IS NULL)", name="erased"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    erased: Mapped[bool] = mapped_column(server_default=text("false"))
    phone: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))


class Recipient(Base):
    """How a user wants to be told things; minutes count from midnight in the time zone."""

    __tablename__ = "recipient"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(quiet_start, quiet_end, time_zone) IN (0, 3)", name="quiet_is_whole"
        ),
        CheckConstraint("quiet_start BETWEEN 0 AND 1439", name="quiet_start"),
        CheckConstraint("quiet_end BETWEEN 0 AND 1439", name="quiet_end"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    locale: Mapped[str | None]
    quiet_start: Mapped[int | None]
    quiet_end: Mapped[int | None]
    time_zone: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Preference(Base):
    """A user's own choice; without one the default holds."""

    __tablename__ = "preference"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    enabled: Mapped[bool]


class Device(Identified, Base):
    """An installed app that takes push messages; the token belongs to whoever signed in last."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("platform IN ('android', 'ios', 'web')", name="platform"),
        Index(None, "user_id"),
    )

    user_id: Mapped[UUID]
    token: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Suppression(Base):
    """An address that nothing is sent to, because it bounced for good or its owner complained."""

    __tablename__ = "suppression"
    __table_args__ = (CheckConstraint("reason IN ('bounced', 'complained')", name="reason"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
