"""What is left of the budgets of promotions."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the projection."""
    op.execute(
        """
        CREATE TABLE promotion_budget (
            promotion_id uuid CONSTRAINT pk_promotion_budget PRIMARY KEY,
            version bigint NOT NULL,
            left_minor bigint NOT NULL
        ) WITH (fillfactor = 70)
        """
    )
