"""What reviews say of products."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the projection; no column of an older table changes."""
    op.execute(
        """
        CREATE TABLE rating (
            product_id uuid CONSTRAINT pk_rating PRIMARY KEY,
            count bigint NOT NULL,
            sum bigint NOT NULL,
            version bigint NOT NULL
        ) WITH (fillfactor = 70)
        """
    )
