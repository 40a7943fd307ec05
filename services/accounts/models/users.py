"""Users, their sessions with single-use refresh tokens, and the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from libs import clock
from libs.ids import uuid7
from services.accounts.models.base import Base, one_of
from services.accounts.rules import ACTIVE, CUSTOMER, ROLES, STATUSES

LIVE, ROTATED, REVOKED = "live", "rotated", "revoked"


def _known_roles() -> str:
    listed = ", ".join(f"'{role}'" for role in ROLES)
    return f"roles <@ ARRAY[{listed}] AND cardinality(roles) > 0"


class User(Base):
    """A person who can sign in. `email` is normalized, so look-alikes are one address.

    Without a password the person comes in through an identity provider. `groups_version` counts
    the changes of the customer groups that the person belongs to.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint(_known_roles(), name="roles"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("jsonb_typeof(attributes) = 'object'", name="attributes"),
        Index("ix_user_account_created_at_id", "created_at", "id"),
        Index("ix_user_account_admins", "id", postgresql_where=text("'admin' = ANY (roles)")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    locale: Mapped[str | None]
    email_verified_at: Mapped[datetime | None]
    company: Mapped[str | None]
    vat_id: Mapped[str | None]
    birth_date: Mapped[date | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    roles: Mapped[list[str]] = mapped_column(default=lambda: [CUSTOMER])
    status: Mapped[str] = mapped_column(default=ACTIVE)
    groups_version: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def email_verified(self) -> bool:
        """Whether the person has proven to own the address."""
        return self.email_verified_at is not None

    def touch(self) -> None:
        """Count a change that readers of this user can see."""
        self.version += 1
        self.updated_at = clock.now()


class LoginSession(Base):
    """One sign-in on one device: the family of all refresh tokens that descend from it."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index("ix_login_session_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_login_session_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    user_agent: Mapped[str]


class RefreshToken(Base):
    """A single-use token, known by its hash.

    `salt` is there while a repeat may still get the same successor: the successor is derived from
    the token's text, which only the client has, and the salt, which only this row has.
    """

    __tablename__ = "refresh_token"
    __table_args__ = (
        CheckConstraint(one_of("state", (LIVE, ROTATED, REVOKED)), name="state"),
        CheckConstraint("salt IS NULL OR state = 'rotated'", name="salt"),
        Index(
            "uq_refresh_token_live",
            "session_id",
            unique=True,
            postgresql_where=text("state = 'live'"),
        ),
        Index(
            "uq_refresh_token_salted",
            "session_id",
            unique=True,
            postgresql_where=text("salt IS NOT NULL"),
        ),
        Index("ix_refresh_token_session_id", "session_id"),
    )

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_session.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default=LIVE)
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
    salt: Mapped[bytes | None]


class AuditEvent(Base):
    """Who did what to which user. Rows are never changed or deleted; a trigger sees to it."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_user_id_at", "user_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[str]
    user_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    address: Mapped[str | None]
    trace_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
