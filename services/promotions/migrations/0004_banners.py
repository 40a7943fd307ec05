"""Banners by position."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, and the order in which a position shows them."""
    op.execute(
        """
        CREATE TABLE banner (
            id uuid CONSTRAINT pk_banner PRIMARY KEY,
            position text NOT NULL,
            title text NOT NULL,
            text text,
            image_url text,
            image_alt text,
            link_url text,
            priority bigint NOT NULL,
            active boolean NOT NULL,
            starts_at timestamptz,
            ends_at timestamptz,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT ck_banner_validity CHECK (ends_at > starts_at)
        )
        """
    )
    op.execute("CREATE INDEX ix_banner_position ON banner (position, priority, id) WHERE active")
