"""Budgets of promotions for everybody, and what was told of budgets."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Let a promotion for everybody have a budget, which a code of its own counts."""
    op.execute(
        """
        ALTER TABLE promotion
            ADD COLUMN redemption_code text,
            ADD COLUMN told_left_minor bigint,
            ADD COLUMN budget_version bigint NOT NULL DEFAULT 0,
            DROP CONSTRAINT ck_promotion_automatic,
            ADD CONSTRAINT ck_promotion_redemption_code CHECK (
                (redemption_code IS NOT NULL) = (automatic AND budget_minor IS NOT NULL)
            )
        """
    )
