"""Products, their sorting, their listing, and imports."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables of the first release."""
    _taxonomy()
    _products()
    _projections()
    _imports()


def _taxonomy() -> None:
    op.execute(
        """
        CREATE TABLE category (
            id uuid CONSTRAINT pk_category PRIMARY KEY,
            parent_id uuid CONSTRAINT fk_category_parent_id_category REFERENCES category,
            slug text COLLATE "C" NOT NULL CONSTRAINT uq_category_slug UNIQUE,
            name text NOT NULL,
            path text COLLATE "C" NOT NULL CONSTRAINT uq_category_path UNIQUE,
            version bigint NOT NULL,
            indexed bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_category_parent_id ON category (parent_id)")
    op.execute("CREATE INDEX ix_category_stale ON category (id) WHERE indexed < version")
    op.execute(
        """
        CREATE TABLE brand (
            id uuid CONSTRAINT pk_brand PRIMARY KEY,
            slug text COLLATE "C" NOT NULL CONSTRAINT uq_brand_slug UNIQUE,
            name text NOT NULL,
            version bigint NOT NULL,
            indexed bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_brand_stale ON brand (id) WHERE indexed < version")


def _products() -> None:
    op.execute(
        """
        CREATE TABLE product (
            id uuid CONSTRAINT pk_product PRIMARY KEY,
            slug text NOT NULL CONSTRAINT uq_product_slug UNIQUE,
            import_key text CONSTRAINT uq_product_import_key UNIQUE,
            name text NOT NULL,
            description text NOT NULL,
            category_id uuid CONSTRAINT fk_product_category_id_category REFERENCES category,
            brand_id uuid CONSTRAINT fk_product_brand_id_brand REFERENCES brand,
            tax_category text NOT NULL,
            status text NOT NULL
                CONSTRAINT ck_product_status CHECK (status IN ('active', 'inactive')),
            metadata jsonb NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            deleted_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_product_category_id ON product (category_id)")
    op.execute("CREATE INDEX ix_product_brand_id ON product (brand_id)")
    # Deferred, so that two variants may swap their options within one transaction.
    op.execute(
        """
        CREATE TABLE variant (
            id uuid CONSTRAINT pk_variant PRIMARY KEY,
            product_id uuid NOT NULL CONSTRAINT fk_variant_product_id_product
                REFERENCES product ON DELETE CASCADE,
            position bigint NOT NULL,
            sku text NOT NULL CONSTRAINT uq_variant_sku UNIQUE,
            barcode text,
            weight_g bigint NOT NULL CONSTRAINT ck_variant_weight CHECK (weight_g >= 0),
            options jsonb NOT NULL,
            removed boolean NOT NULL,
            options_hash text
                GENERATED ALWAYS AS (CASE WHEN NOT removed THEN md5(options::text) END) STORED,
            CONSTRAINT uq_variant_product_id_options_hash
                UNIQUE (product_id, options_hash) DEFERRABLE INITIALLY DEFERRED
        )
        """
    )
    op.execute(
        """
        CREATE TABLE price (
            variant_id uuid NOT NULL CONSTRAINT fk_price_variant_id_variant
                REFERENCES variant ON DELETE CASCADE,
            currency char(3) NOT NULL,
            amount bigint NOT NULL CONSTRAINT ck_price_amount CHECK (amount >= 0),
            position bigint NOT NULL,
            CONSTRAINT pk_price PRIMARY KEY (variant_id, currency)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE product_revision (
            product_id uuid NOT NULL CONSTRAINT fk_product_revision_product_id_product
                REFERENCES product ON DELETE CASCADE,
            version bigint NOT NULL,
            action text NOT NULL,
            actor uuid,
            state jsonb NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT pk_product_revision PRIMARY KEY (product_id, version)
        )
        """
    )


def _projections() -> None:
    # Half of every page stays free: stock changes often, and only rows with room stay in place.
    op.execute(
        """
        CREATE TABLE stock (
            variant_id uuid CONSTRAINT pk_stock PRIMARY KEY,
            available bigint NOT NULL,
            version bigint NOT NULL
        ) WITH (fillfactor = 50)
        """
    )
    op.execute(
        """
        CREATE TABLE listing (
            product_id uuid NOT NULL,
            currency char(3) NOT NULL,
            shelf_id uuid NOT NULL,
            is_main boolean NOT NULL,
            visible boolean NOT NULL,
            in_stock boolean NOT NULL,
            amount bigint NOT NULL,
            sort_name text COLLATE "C" NOT NULL,
            category_id uuid,
            category_version bigint,
            brand_id uuid,
            brand_version bigint,
            created_at timestamptz NOT NULL,
            search tsvector,
            CONSTRAINT pk_listing PRIMARY KEY (product_id, currency, shelf_id)
        )
        """
    )
    for column in ("sort_name", "amount", "created_at"):
        op.execute(
            f"CREATE INDEX ix_listing_shelf_id_{column}_product_id"
            f" ON listing (shelf_id, {column}, product_id)"
        )
    op.execute("CREATE INDEX ix_listing_brand_id_shelf_id ON listing (brand_id, shelf_id)")
    op.execute("CREATE INDEX ix_listing_in_stock ON listing (shelf_id) WHERE in_stock")
    op.execute(
        "CREATE INDEX ix_listing_search ON listing USING gin (search) WHERE search IS NOT NULL"
    )


def _imports() -> None:
    op.execute(
        """
        CREATE TABLE product_import (
            id uuid CONSTRAINT pk_product_import PRIMARY KEY,
            state text NOT NULL CONSTRAINT ck_product_import_state
                CHECK (state IN ('waiting', 'working', 'done')),
            format text NOT NULL,
            actor uuid,
            rows bigint NOT NULL,
            created bigint NOT NULL,
            updated bigint NOT NULL,
            unchanged bigint NOT NULL,
            failed bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            finished_at timestamptz,
            due_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_product_import_due ON product_import (due_at) WHERE state <> 'done'"
    )
    op.execute(
        """
        CREATE TABLE import_chunk (
            import_id uuid NOT NULL CONSTRAINT fk_import_chunk_import_id_product_import
                REFERENCES product_import ON DELETE CASCADE,
            first_row bigint NOT NULL,
            rows text NOT NULL,
            CONSTRAINT pk_import_chunk PRIMARY KEY (import_id, first_row)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE import_error (
            import_id uuid NOT NULL CONSTRAINT fk_import_error_import_id_product_import
                REFERENCES product_import ON DELETE CASCADE,
            "row" bigint NOT NULL,
            "column" text NOT NULL,
            reason text NOT NULL,
            CONSTRAINT pk_import_error PRIMARY KEY (import_id, "row", "column")
        )
        """
    )
