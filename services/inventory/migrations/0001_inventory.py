"""Locations, variants, stock levels, reservations and the ledger of movements."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and the location `main`."""
    _places()
    _levels()
    _reservations()
    _movements()
    op.execute(
        """
        CREATE TABLE stock_mark (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_stock_mark PRIMARY KEY,
            variant_id uuid NOT NULL
        )
        """
    )
    op.execute(
        """
        INSERT INTO location (id, code, name, priority)
        VALUES ('01890a5d-ac96-7000-8000-000000000001', 'main', 'Main', 0)
        """
    )


def _places() -> None:
    op.execute(
        """
        CREATE TABLE location (
            id uuid CONSTRAINT pk_location PRIMARY KEY,
            code text NOT NULL CONSTRAINT uq_location_code UNIQUE,
            name text NOT NULL,
            priority bigint NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE product (
            id uuid CONSTRAINT pk_product PRIMARY KEY,
            version bigint NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE variant (
            id uuid CONSTRAINT pk_variant PRIMARY KEY,
            product_id uuid NOT NULL,
            sku text NOT NULL,
            listed boolean NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_variant_product_id ON variant (product_id)")
    op.execute("CREATE INDEX ix_variant_sku ON variant (sku)")


def _levels() -> None:
    """Only unindexed columns change, so each change stays on its page."""
    op.execute(
        """
        CREATE TABLE stock_level (
            id uuid CONSTRAINT pk_stock_level PRIMARY KEY,
            variant_id uuid NOT NULL CONSTRAINT fk_stock_level_variant_id_variant
                REFERENCES variant (id),
            location_id uuid NOT NULL CONSTRAINT fk_stock_level_location_id_location
                REFERENCES location (id),
            on_hand bigint NOT NULL CONSTRAINT ck_stock_level_on_hand CHECK (on_hand >= 0),
            reserved bigint NOT NULL CONSTRAINT ck_stock_level_reserved CHECK (reserved >= 0),
            threshold bigint NOT NULL CONSTRAINT ck_stock_level_threshold CHECK (threshold >= 0),
            backorder boolean NOT NULL,
            version bigint NOT NULL,
            CONSTRAINT uq_stock_level_variant_id_location_id UNIQUE (variant_id, location_id),
            CONSTRAINT ck_stock_level_promised CHECK (backorder OR reserved <= on_hand)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute("CREATE INDEX ix_stock_level_location_id ON stock_level (location_id)")


def _reservations() -> None:
    op.execute(
        """
        CREATE TABLE reservation (
            reference uuid NOT NULL,
            variant_id uuid NOT NULL,
            location_id uuid NOT NULL,
            quantity bigint NOT NULL CONSTRAINT ck_reservation_quantity CHECK (quantity > 0),
            returned bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_reservation_returned CHECK (returned BETWEEN 0 AND quantity),
            state text NOT NULL
                CONSTRAINT ck_reservation_state CHECK (state IN ('held', 'committed', 'released')),
            owed boolean NOT NULL DEFAULT false,
            expires_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_reservation PRIMARY KEY (reference, variant_id, location_id)
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE INDEX ix_reservation_owed ON reservation (created_at) WHERE owed")
    op.execute(
        """
        CREATE INDEX ix_reservation_expires_at ON reservation (expires_at)
        WHERE expires_at IS NOT NULL
        """
    )


def _movements() -> None:
    op.execute(
        """
        CREATE TABLE movement (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_movement PRIMARY KEY,
            kind text NOT NULL CONSTRAINT ck_movement_kind
                CHECK (kind IN ('adjustment', 'recount', 'sale', 'return')),
            reference uuid NOT NULL,
            variant_id uuid NOT NULL,
            location_id uuid NOT NULL,
            delta bigint NOT NULL,
            reason text,
            actor text,
            at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_movement_reference_kind_variant_id_location_id
                UNIQUE (reference, kind, variant_id, location_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_movement_variant_id_id ON movement (variant_id, id)")
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER movement_is_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON movement
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )
