"""Held events are looked up often, and are few among many."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Index the held ones."""
    op.execute(
        "CREATE INDEX ix_payment_event_held ON payment_event (received_at) WHERE verdict = 'held'"
    )
