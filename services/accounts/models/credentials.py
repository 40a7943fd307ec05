"""What proves who somebody is, beside a password: mailed tokens, API keys, identity providers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from libs import clock
from libs.ids import uuid7
from services.accounts.models.base import Base, one_of
from services.accounts.rules import MAIL_PURPOSES


class MailToken(Base):
    """A single-use token that went to a mailbox, known by its hash; `email` is that mailbox."""

    __tablename__ = "mail_token"
    __table_args__ = (
        CheckConstraint(one_of("purpose", MAIL_PURPOSES), name="purpose"),
        Index("ix_mail_token_user_id_purpose", "user_id", "purpose", "created_at"),
        Index("ix_mail_token_expires_at", "expires_at"),
    )

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    email: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """A program's way in, in its owner's name and within `scopes`.

    `prefix` names the key in the clear; of the secret only the hash is known.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        Index("ix_api_key_user_id_id", "user_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Identity(Base):
    """A person as an identity provider knows them: `subject` never changes there."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("user_id", "provider"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    provider: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)


class SignInAttempt(Base):
    """Somebody went to an identity provider and has not come back yet.

    `state` and the browser's cookie are known by their hashes; `verifier` is the secret of PKCE.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_expires_at", "expires_at"),)

    state: Mapped[bytes] = mapped_column(primary_key=True)
    browser: Mapped[bytes]
    provider: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
