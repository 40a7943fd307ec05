"""Pictures of products."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; the files lie in the object store."""
    op.execute(
        """
        CREATE TABLE product_image (
            id uuid CONSTRAINT pk_product_image PRIMARY KEY,
            product_id uuid NOT NULL CONSTRAINT fk_product_image_product_id_product
                REFERENCES product ON DELETE CASCADE,
            position bigint NOT NULL,
            state text NOT NULL CONSTRAINT ck_product_image_state CHECK (
                state IN ('waiting', 'processing', 'ready', 'refused', 'deleting')
            ),
            alt text NOT NULL,
            content_type text NOT NULL,
            size bigint NOT NULL,
            token_hash bytea NOT NULL,
            sizes jsonb NOT NULL,
            problem text,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_product_image_product_id_position ON product_image (product_id, position)"
    )
    op.execute(
        """
        CREATE INDEX ix_product_image_due ON product_image (due_at)
        WHERE state IN ('waiting', 'processing', 'deleting')
        """
    )
