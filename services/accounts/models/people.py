"""What belongs to a customer: the address book, and the groups that the shop puts people into."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from libs import clock
from libs.ids import uuid7
from services.accounts.models.base import Base


class Address(Base):
    """An entry of the address book. Of a person's addresses one at most is the default of each
    kind."""

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        Index("ix_address_user_id_id", "user_id", "id"),
        Index(
            "uq_address_default_shipping",
            "user_id",
            unique=True,
            postgresql_where=text("default_shipping"),
        ),
        Index(
            "uq_address_default_billing",
            "user_id",
            unique=True,
            postgresql_where=text("default_billing"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    label: Mapped[str | None]
    name: Mapped[str]
    company: Mapped[str | None]
    line1: Mapped[str]
    line2: Mapped[str | None]
    city: Mapped[str]
    region: Mapped[str | None]
    postcode: Mapped[str]
    country: Mapped[str] = mapped_column(CHAR(2))
    phone: Mapped[str | None]
    default_shipping: Mapped[bool]
    default_billing: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    def touch(self) -> None:
        """Count a change."""
        self.version += 1
        self.updated_at = clock.now()


class CustomerGroup(Base):
    """People whom the shop treats alike; others know the group by its code, which never changes."""

    __tablename__ = "customer_group"
    __table_args__ = (CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    def touch(self) -> None:
        """Count a change."""
        self.version += 1
        self.updated_at = clock.now()


class GroupMember(Base):
    """A person in a group."""

    __tablename__ = "group_member"
    __table_args__ = (Index("ix_group_member_user_id", "user_id"),)

    group_code: Mapped[str] = mapped_column(ForeignKey("customer_group.code"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
