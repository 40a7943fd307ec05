"""Promotions, their coupons, and the orders that use them."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; whatever counts something has a check behind it."""
    _promotions()
    _coupons()
    _redemptions()


def _promotions() -> None:
    op.execute(
        """
        CREATE TABLE promotion (
            id uuid CONSTRAINT pk_promotion PRIMARY KEY,
            name text NOT NULL,
            kind text NOT NULL
                CONSTRAINT ck_promotion_kind CHECK (kind IN ('percentage', 'fixed')),
            percent_basis_points bigint CONSTRAINT ck_promotion_basis_points
                CHECK (percent_basis_points BETWEEN 1 AND 10000),
            amount_minor bigint CONSTRAINT ck_promotion_amount CHECK (amount_minor > 0),
            currency text,
            minimum_subtotal_minor bigint NOT NULL
                CONSTRAINT ck_promotion_minimum CHECK (minimum_subtotal_minor >= 0),
            starts_at timestamptz,
            ends_at timestamptz,
            automatic boolean NOT NULL,
            priority bigint NOT NULL,
            stackable boolean NOT NULL,
            active boolean NOT NULL,
            budget_minor bigint,
            spent_minor bigint NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz,
            CONSTRAINT ck_promotion_percentage
                CHECK ((kind = 'percentage') = (percent_basis_points IS NOT NULL)),
            CONSTRAINT ck_promotion_fixed CHECK ((kind = 'fixed') = (amount_minor IS NOT NULL)),
            CONSTRAINT ck_promotion_currency CHECK (
                currency IS NOT NULL OR minimum_subtotal_minor = 0
                AND num_nonnulls(amount_minor, budget_minor) = 0
            ),
            CONSTRAINT ck_promotion_validity CHECK (ends_at > starts_at),
            CONSTRAINT ck_promotion_automatic CHECK (NOT automatic OR budget_minor IS NULL),
            CONSTRAINT ck_promotion_budget CHECK (spent_minor BETWEEN 0 AND budget_minor)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        CREATE INDEX ix_promotion_automatic ON promotion (priority, id)
        WHERE automatic AND active AND deleted_at IS NULL
        """
    )


def _coupons() -> None:
    """Only unindexed columns change, so each change stays on its page."""
    op.execute(
        """
        CREATE TABLE coupon (
            id uuid CONSTRAINT pk_coupon PRIMARY KEY,
            promotion_id uuid NOT NULL
                CONSTRAINT fk_coupon_promotion_id_promotion REFERENCES promotion (id),
            code text NOT NULL CONSTRAINT uq_coupon_code UNIQUE
                CONSTRAINT ck_coupon_code CHECK (code = upper(btrim(code))),
            usage_limit bigint CONSTRAINT ck_coupon_usage_limit CHECK (usage_limit > 0),
            customer_limit bigint CONSTRAINT ck_coupon_customer_limit CHECK (customer_limit > 0),
            active boolean NOT NULL,
            used bigint NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz,
            CONSTRAINT ck_coupon_used CHECK (used >= 0 AND used <= usage_limit)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute("CREATE INDEX ix_coupon_promotion_id ON coupon (promotion_id)")
    op.execute(
        """
        CREATE TABLE coupon_customer (
            coupon_id uuid NOT NULL
                CONSTRAINT fk_coupon_customer_coupon_id_coupon REFERENCES coupon (id),
            customer text NOT NULL,
            used bigint NOT NULL CONSTRAINT ck_coupon_customer_used CHECK (used >= 0),
            CONSTRAINT pk_coupon_customer PRIMARY KEY (coupon_id, customer)
        ) WITH (fillfactor = 80)
        """
    )


def _redemptions() -> None:
    op.execute(
        """
        CREATE TABLE redemption (
            order_id uuid NOT NULL,
            coupon_id uuid NOT NULL
                CONSTRAINT fk_redemption_coupon_id_coupon REFERENCES coupon (id),
            promotion_id uuid NOT NULL,
            customer text NOT NULL,
            discount_minor bigint NOT NULL
                CONSTRAINT ck_redemption_discount CHECK (discount_minor >= 0),
            state text NOT NULL
                CONSTRAINT ck_redemption_state CHECK (state IN ('held', 'released')),
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_redemption PRIMARY KEY (order_id, coupon_id)
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE INDEX ix_redemption_coupon_id ON redemption (coupon_id)")
