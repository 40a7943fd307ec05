"""Locations that are closed, transfers between them, and what stock alerts remember."""

from alembic import op

revision = "0003"
down_revision = "0002"

_KINDS = "'adjustment', 'recount', 'sale', 'return', 'transfer'"


def upgrade() -> None:
    """Add columns, a kind of movement and the tables of alerts."""
    op.execute("ALTER TABLE location ADD COLUMN active boolean NOT NULL DEFAULT true")
    op.execute("ALTER TABLE location ADD COLUMN version bigint NOT NULL DEFAULT 1")
    op.execute("ALTER TABLE movement DROP CONSTRAINT ck_movement_kind")
    op.execute(f"ALTER TABLE movement ADD CONSTRAINT ck_movement_kind CHECK (kind IN ({_KINDS}))")
    op.execute(
        """
        CREATE TABLE alert_mark (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_alert_mark PRIMARY KEY,
            variant_id uuid NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE low_level (
            variant_id uuid NOT NULL,
            location_id uuid NOT NULL,
            CONSTRAINT pk_low_level PRIMARY KEY (variant_id, location_id)
        )
        """
    )
    op.execute("CREATE TABLE sold_out (variant_id uuid CONSTRAINT pk_sold_out PRIMARY KEY)")
