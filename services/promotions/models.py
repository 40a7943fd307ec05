"""Tables of promotions."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, false, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.contracts.promotions import Scope
from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7
from libs.money import Money


class Base(DeclarativeBase):
    """All tables of promotions."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text, list[str]: ARRAY(Text)}


class Promotion(Base):
    """A discount, given to everybody (`automatic`) or for a coupon, on conditions.

    Its currency is that of all its amounts; without any amount it holds in every currency.
    `budget_minor` bounds what its redemptions may take off together; what is left of it was last
    told as `told_left_minor`, in its `budget_version`. `version` grows with each change that is
    announced. Deleted promotions stay for their redemptions.
    """

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('percentage', 'fixed', 'buy_x_get_y', 'free_shipping')", name="kind"
        ),
        CheckConstraint(
            "CASE kind WHEN 'percentage' THEN percent_basis_points IS NOT NULL"
            " WHEN 'buy_x_get_y' THEN true ELSE percent_basis_points IS NULL END",
            name="percentage",
        ),
        CheckConstraint("percent_basis_points BETWEEN 1 AND 10000", name="basis_points"),
        CheckConstraint("(kind = 'fixed') = (amount_minor IS NOT NULL)", name="fixed"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "num_nonnulls(buy_quantity, get_quantity)"
            " = CASE kind WHEN 'buy_x_get_y' THEN 2 ELSE 0 END",
            name="pieces",
        ),
        CheckConstraint("buy_quantity > 0 AND get_quantity > 0", name="quantities"),
        CheckConstraint("reward IS NULL OR kind = 'buy_x_get_y'", name="reward"),
        CheckConstraint("minimum_subtotal_minor >= 0", name="minimum"),
        CheckConstraint(
            "currency IS NOT NULL OR minimum_subtotal_minor = 0"
            " AND num_nonnulls(amount_minor, budget_minor) = 0",
            name="currency",
        ),
        CheckConstraint("ends_at > starts_at", name="validity"),
        CheckConstraint(
            "(redemption_code IS NOT NULL) = (automatic AND budget_minor IS NOT NULL)",
            name="redemption_code",
        ),
        CheckConstraint("spent_minor BETWEEN 0 AND budget_minor", name="budget"),
        Index(
            "ix_promotion_automatic",
            "priority",
            "id",
            postgresql_where=text("automatic AND active AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    kind: Mapped[str]
    percent_basis_points: Mapped[int | None]
    amount_minor: Mapped[int | None]
    currency: Mapped[str | None]
    minimum_subtotal_minor: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    scope_document: Mapped[dict[str, Any]] = mapped_column("scope", server_default=text("'{}'"))
    buy_quantity: Mapped[int | None]
    get_quantity: Mapped[int | None]
    reward_document: Mapped[dict[str, Any] | None] = mapped_column(
        "reward", JSONB(none_as_null=True)
    )
    customer_groups: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    first_order: Mapped[bool] = mapped_column(server_default=false())
    automatic: Mapped[bool]
    priority: Mapped[int]
    stackable: Mapped[bool]
    active: Mapped[bool]
    budget_minor: Mapped[int | None]
    spent_minor: Mapped[int] = mapped_column(default=0)
    redemption_code: Mapped[str | None]
    told_left_minor: Mapped[int | None]
    budget_version: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]

    @property
    def scope(self) -> Scope:
        """What it counts for."""
        return msgspec.convert(self.scope_document or {}, Scope)

    @scope.setter
    def scope(self, scope: Scope) -> None:
        self.scope_document = msgspec.to_builtins(scope)

    @property
    def reward(self) -> Scope | None:
        """What it makes cheaper, where that is not what it counts for."""
        return msgspec.convert(self.reward_document, Scope | None)

    @reward.setter
    def reward(self, reward: Scope | None) -> None:
        self.reward_document = msgspec.to_builtins(reward)

    @property
    def amount(self) -> Money | None:
        """What a fixed promotion takes off."""
        return self._money(self.amount_minor)

    @property
    def minimum_subtotal(self) -> Money | None:
        """From where on the promotion counts."""
        return self._money(self.minimum_subtotal_minor)

    @property
    def budget(self) -> Money | None:
        """What its coupons may take off together."""
        return self._money(self.budget_minor)

    @property
    def spent(self) -> Money | None:
        """What of the budget is used."""
        return None if self.budget_minor is None else self._money(self.spent_minor)

    def _money(self, amount_minor: int | None) -> Money | None:
        if amount_minor is None or self.currency is None:
            return None
        return Money(amount_minor, self.currency)


class CouponBatch(Base):
    """Coupons with random codes that are made together, all with the same limits.

    `issued` of them exist; `due_at` is when somebody looks whether the work has stopped.
    """

    __tablename__ = "coupon_batch"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 100000", name="quantity"),
        CheckConstraint("issued BETWEEN 0 AND quantity", name="issued"),
        CheckConstraint("(finished_at IS NOT NULL) = (issued = quantity)", name="finished"),
        Index("ix_coupon_batch_due_at", "due_at", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotion.id"), index=True)
    prefix: Mapped[str]
    quantity: Mapped[int]
    issued: Mapped[int] = mapped_column(default=0)
    usage_limit: Mapped[int | None]
    customer_limit: Mapped[int | None]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class Coupon(Base):
    """A code that earns its promotion's discount; without a limit as often as one likes.

    A code is never given out twice: deleted coupons stay.
    """

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("code = upper(btrim(code))", name="code"),
        CheckConstraint("usage_limit > 0", name="usage_limit"),
        CheckConstraint("customer_limit > 0", name="customer_limit"),
        CheckConstraint("used >= 0 AND used <= usage_limit", name="used"),
        Index(
            "ix_coupon_batch_id_code",
            "batch_id",
            "code",
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotion.id"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("coupon_batch.id"))
    code: Mapped[str] = mapped_column(unique=True)
    usage_limit: Mapped[int | None]
    customer_limit: Mapped[int | None]
    active: Mapped[bool]
    used: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class CouponCustomer(Base):
    """How often one customer uses a coupon; changed only under the coupon's lock.

    The customer is kept as a hash of their key.
    """

    __tablename__ = "coupon_customer"
    __table_args__ = (CheckConstraint("used >= 0", name="used"),)

    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupon.id"), primary_key=True)
    customer: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int]


class Redemption(Base):
    """A coupon that an order uses, or used until it was given back."""

    __tablename__ = "redemption"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'released')", name="state"),
        CheckConstraint("discount_minor >= 0", name="discount"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupon.id"), primary_key=True, index=True)
    promotion_id: Mapped[UUID]
    customer: Mapped[str]
    discount_minor: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Banner(Base):
    """A picture with words at one position of the shop, shown while its time has come.

    Of those at one position the highest priority comes first, then the older.
    """

    __tablename__ = "banner"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="validity"),
        Index("ix_banner_position", "position", "priority", "id", postgresql_where=text("active")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    position: Mapped[str]
    title: Mapped[str]
    text: Mapped[str | None]
    image_url: Mapped[str | None]
    image_alt: Mapped[str | None]
    link_url: Mapped[str | None]
    priority: Mapped[int]
    active: Mapped[bool]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
