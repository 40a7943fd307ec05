"""Collections and translations; searches that do not read what is not sorted in yet."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables, and bound what every search reads besides the index itself."""
    op.execute(
        """
        CREATE TABLE collection (
            id uuid CONSTRAINT pk_collection PRIMARY KEY,
            slug text COLLATE "C" NOT NULL CONSTRAINT uq_collection_slug UNIQUE,
            name text NOT NULL,
            description text NOT NULL,
            rule jsonb,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE collection_product (
            collection_id uuid NOT NULL CONSTRAINT fk_collection_product_collection_id_collection
                REFERENCES collection ON DELETE CASCADE,
            product_id uuid NOT NULL CONSTRAINT fk_collection_product_product_id_product
                REFERENCES product ON DELETE CASCADE,
            position bigint NOT NULL,
            CONSTRAINT pk_collection_product PRIMARY KEY (collection_id, product_id)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_collection_product_collection_id_position_product_id"
        " ON collection_product (collection_id, position, product_id)"
    )
    op.execute("CREATE INDEX ix_collection_product_product_id ON collection_product (product_id)")
    op.execute(
        """
        CREATE TABLE product_translation (
            product_id uuid NOT NULL CONSTRAINT fk_product_translation_product_id_product
                REFERENCES product ON DELETE CASCADE,
            locale text COLLATE "C" NOT NULL,
            name text NOT NULL,
            description text NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_product_translation PRIMARY KEY (product_id, locale)
        )
        """
    )
    # Every search reads the list of what has not been sorted into the index yet, 4 MB by default.
    for index in ("ix_listing_search", "ix_listing_facets"):
        op.execute(f"ALTER INDEX {index} SET (gin_pending_list_limit = 256)")
