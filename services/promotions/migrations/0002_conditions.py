"""More kinds of promotions, and what they may depend on."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add kinds and conditions; the promotions that there are count for everything."""
    op.execute(
        """
        ALTER TABLE promotion
            ADD COLUMN scope jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN buy_quantity bigint,
            ADD COLUMN get_quantity bigint,
            ADD COLUMN reward jsonb,
            ADD COLUMN customer_groups text[] NOT NULL DEFAULT '{}',
            ADD COLUMN first_order boolean NOT NULL DEFAULT false,
            DROP CONSTRAINT ck_promotion_kind,
            DROP CONSTRAINT ck_promotion_percentage,
            ADD CONSTRAINT ck_promotion_kind CHECK (
                kind IN ('percentage', 'fixed', 'buy_x_get_y', 'free_shipping')
            ),
            ADD CONSTRAINT ck_promotion_percentage CHECK (
                CASE kind WHEN 'percentage' THEN percent_basis_points IS NOT NULL
                    WHEN 'buy_x_get_y' THEN true ELSE percent_basis_points IS NULL END
            ),
            ADD CONSTRAINT ck_promotion_pieces CHECK (
                num_nonnulls(buy_quantity, get_quantity)
                = CASE kind WHEN 'buy_x_get_y' THEN 2 ELSE 0 END
            ),
            ADD CONSTRAINT ck_promotion_quantities CHECK (buy_quantity > 0 AND get_quantity > 0),
            ADD CONSTRAINT ck_promotion_reward CHECK (reward IS NULL OR kind = 'buy_x_get_y')
        """
    )
