"""The tables of the sample service."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Notes."""
    op.execute(
        "CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL, version int DEFAULT 1)"
    )
