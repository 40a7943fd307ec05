"""Price lists with validity, and the history that the lowest price of 30 days is taken from."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add lists and history; what is charged today begins the history."""
    _lists()
    op.execute(
        """
        CREATE TABLE price_history (
            variant_id uuid NOT NULL CONSTRAINT fk_price_history_variant_id_variant
                REFERENCES variant ON DELETE CASCADE,
            currency char(3) NOT NULL,
            since timestamptz NOT NULL,
            amount bigint NOT NULL,
            CONSTRAINT pk_price_history PRIMARY KEY (variant_id, currency, since)
        )
        """
    )
    op.execute("ALTER TABLE price ADD COLUMN current bigint, ADD COLUMN lowest bigint")
    op.execute("UPDATE price SET current = amount")
    op.execute(
        """
        INSERT INTO price_history (variant_id, currency, since, amount)
        SELECT variant_id, currency, now(), amount FROM price
        """
    )
    op.execute("ALTER TABLE listing ADD COLUMN discount bigint NOT NULL DEFAULT 0")
    op.execute(
        """
        CREATE INDEX ix_listing_discount ON listing (shelf_id, discount, product_id)
        WHERE discount > 0
        """
    )


def _lists() -> None:
    op.execute(
        """
        CREATE TABLE price_list (
            id uuid CONSTRAINT pk_price_list PRIMARY KEY,
            code text COLLATE "C" NOT NULL CONSTRAINT uq_price_list_code UNIQUE,
            name text NOT NULL,
            priority bigint NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz CONSTRAINT ck_price_list_period CHECK (ends_at > starts_at),
            in_force boolean NOT NULL,
            pending boolean NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_price_list_pending ON price_list (id) WHERE pending")
    op.execute(
        """
        CREATE TABLE price_list_entry (
            list_id uuid NOT NULL CONSTRAINT fk_price_list_entry_list_id_price_list
                REFERENCES price_list ON DELETE CASCADE,
            variant_id uuid NOT NULL CONSTRAINT fk_price_list_entry_variant_id_variant
                REFERENCES variant ON DELETE CASCADE,
            currency char(3) NOT NULL,
            amount bigint CONSTRAINT ck_price_list_entry_amount CHECK (amount >= 0),
            applied bigint,
            CONSTRAINT pk_price_list_entry PRIMARY KEY (list_id, variant_id, currency)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_price_list_entry_variant_id_currency"
        " ON price_list_entry (variant_id, currency)"
    )
