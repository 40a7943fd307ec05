"""Typed attributes of products, and the facets of lists."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the definitions, the values with their projections, and what finds them."""
    op.execute(
        """
        CREATE TABLE attribute (
            id uuid CONSTRAINT pk_attribute PRIMARY KEY,
            code text COLLATE "C" NOT NULL CONSTRAINT uq_attribute_code UNIQUE,
            name text NOT NULL,
            type text NOT NULL CONSTRAINT ck_attribute_type
                CHECK (type IN ('text', 'number', 'boolean', 'choice')),
            unit text,
            choices text[] NOT NULL,
            filterable boolean NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE product_number (
            product_id uuid NOT NULL,
            code text COLLATE "C" NOT NULL,
            value numeric NOT NULL,
            CONSTRAINT pk_product_number PRIMARY KEY (product_id, code)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_product_number_code_value_product_id"
        " ON product_number (code, value, product_id)"
    )
    op.execute("ALTER TABLE product ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}'")
    op.execute("CREATE INDEX ix_product_attributes ON product USING gin (attributes)")
    op.execute("ALTER TABLE listing ADD COLUMN facets text[] NOT NULL DEFAULT '{}'")
    op.execute("CREATE INDEX ix_listing_facets ON listing USING gin (facets)")
