"""Tables of the words, the messages and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models.base import Base, Identified
from services.notifications.rules.messages import masked

_CHANNEL = "channel IN ('in_app', 'email', 'push', 'sms')"


class Template(Identified, Base):
    """One revision of the words of a notice; none is changed.

    The newest that is not withdrawn counts. One without author came with the program and stays.
    `sample` is what a template of an administrator's own is tried on.
    """

    __tablename__ = "template"
    __table_args__ = (
        UniqueConstraint("key", "channel", "locale", "revision"),
        CheckConstraint(_CHANNEL, name="channel"),
        CheckConstraint("revision > 0", name="revision"),
        CheckConstraint("author IS NOT NULL OR withdrawn_at IS NULL", name="built_in_stays"),
    )

    key: Mapped[str]
    channel: Mapped[str]
    locale: Mapped[str]
    revision: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str | None]
    author: Mapped[str | None]
    sample: Mapped[dict[str, Any] | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def built_in(self) -> bool:
        """Whether it came with the program."""
        return self.author is None


class Message(Identified, Base):
    """Something told to one person over one channel, in its final words.

    `due_at`: not tried before. `nudge_at`: when the sweep hands it to the jobs pool again.
    `give_up_at`: not tried after. `address` is a mail address, a phone number or a device's token.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(_CHANNEL, name="channel"),
        CheckConstraint("state IN ('queued', 'delivered', 'failed', 'bounced')", name="state"),
        Index(None, "user_id", "id", postgresql_where=text("user_id IS NOT NULL")),
        Index(None, "nudge_at", postgresql_where=text("state = 'queued'")),
        Index(None, "reference", postgresql_where=text("reference IS NOT NULL")),
        Index(
            "ix_message_lower_address",
            text("lower(address)"),
            postgresql_where=text("channel = 'email'"),
        ),
    )

    dedupe_key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str | None]
    topic: Mapped[str] = mapped_column(server_default=text("'service'"))
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
    give_up_at: Mapped[datetime] = mapped_column(server_default=text("now() + interval '24 hours'"))
    read_at: Mapped[datetime | None]
    provider: Mapped[str | None]
    reference: Mapped[str | None]

    @property
    def shown_address(self) -> str | None:
        """The address; of a device's token, which is a secret, only enough to tell it apart."""
        return masked(self.address) if self.address and self.channel == "push" else self.address


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
    provider: Mapped[str | None]
    reference: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class Feedback(Identified, Base):
    """What a provider said later about a message that it had taken."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        CheckConstraint("kind IN ('delivered', 'deferred', 'bounced', 'complained')", name="kind"),
        Index(None, "message_id"),
    )

    provider: Mapped[str]
    event_id: Mapped[str]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    kind: Mapped[str]
    detail: Mapped[str | None]
    occurred_at: Mapped[datetime]
