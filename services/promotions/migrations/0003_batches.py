"""Batches of coupons with random codes."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the batches, and let a coupon be of one."""
    op.execute(
        """
        CREATE TABLE coupon_batch (
            id uuid CONSTRAINT pk_coupon_batch PRIMARY KEY,
            promotion_id uuid NOT NULL
                CONSTRAINT fk_coupon_batch_promotion_id_promotion REFERENCES promotion (id),
            prefix text NOT NULL,
            quantity bigint NOT NULL
                CONSTRAINT ck_coupon_batch_quantity CHECK (quantity BETWEEN 1 AND 100000),
            issued bigint NOT NULL
                CONSTRAINT ck_coupon_batch_issued CHECK (issued BETWEEN 0 AND quantity),
            usage_limit bigint,
            customer_limit bigint,
            due_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            CONSTRAINT ck_coupon_batch_finished
                CHECK ((finished_at IS NOT NULL) = (issued = quantity))
        )
        """
    )
    op.execute("CREATE INDEX ix_coupon_batch_promotion_id ON coupon_batch (promotion_id)")
    op.execute(
        "CREATE INDEX ix_coupon_batch_due_at ON coupon_batch (due_at) WHERE finished_at IS NULL"
    )
    op.execute(
        """
        ALTER TABLE coupon ADD COLUMN batch_id uuid
            CONSTRAINT fk_coupon_batch_id_coupon_batch REFERENCES coupon_batch (id)
        """
    )
    op.execute(
        """
        CREATE INDEX ix_coupon_batch_id_code ON coupon (batch_id, code)
        WHERE batch_id IS NOT NULL
        """
    )
