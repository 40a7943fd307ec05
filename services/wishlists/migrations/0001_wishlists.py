"""Projections of the shop, customers' lists and items, and the alerts that wait for an article."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _shelf()
    _lists()
    _alerts()


def _shelf() -> None:
    op.execute(
        """
        CREATE TABLE product (
            id uuid CONSTRAINT pk_product PRIMARY KEY,
            version bigint NOT NULL,
            slug text NOT NULL,
            name text NOT NULL,
            active boolean NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE variant (
            id uuid CONSTRAINT pk_variant PRIMARY KEY,
            product_id uuid NOT NULL,
            sku text NOT NULL,
            title text NOT NULL,
            prices jsonb NOT NULL,
            active boolean NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_variant_product_id ON variant (product_id)")
    op.execute(
        """
        CREATE TABLE stock_level (
            variant_id uuid CONSTRAINT pk_stock_level PRIMARY KEY,
            available bigint NOT NULL,
            version bigint NOT NULL
        ) WITH (fillfactor = 70)
        """
    )


def _lists() -> None:
    op.execute(
        """
        CREATE TABLE customer (
            user_id uuid CONSTRAINT pk_customer PRIMARY KEY,
            list_count bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_customer_list_count CHECK (list_count >= 0),
            item_count bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_customer_item_count CHECK (item_count >= 0)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE wishlist (
            id uuid CONSTRAINT pk_wishlist PRIMARY KEY,
            user_id uuid NOT NULL,
            name text NOT NULL,
            share_token text CONSTRAINT uq_wishlist_share_token UNIQUE,
            item_count bigint NOT NULL
                CONSTRAINT ck_wishlist_item_count CHECK (item_count >= 0),
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_wishlist_user_id_name UNIQUE (user_id, name)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE wishlist_item (
            id uuid CONSTRAINT pk_wishlist_item PRIMARY KEY,
            wishlist_id uuid NOT NULL CONSTRAINT fk_wishlist_item_wishlist_id_wishlist
                REFERENCES wishlist (id) ON DELETE CASCADE,
            product_id uuid NOT NULL,
            variant_id uuid,
            note text,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_wishlist_item_wishlist_id_product_id_variant_id
                UNIQUE NULLS NOT DISTINCT (wishlist_id, product_id, variant_id)
        )
        """
    )


def _alerts() -> None:
    op.execute(
        """
        CREATE TABLE alert (
            id uuid CONSTRAINT pk_alert PRIMARY KEY,
            item_id uuid NOT NULL CONSTRAINT fk_alert_item_id_wishlist_item
                REFERENCES wishlist_item (id) ON DELETE CASCADE,
            user_id uuid NOT NULL,
            product_id uuid NOT NULL,
            variant_id uuid,
            kind text NOT NULL CONSTRAINT ck_alert_kind
                CHECK (kind IN ('back_in_stock', 'price_drop')),
            state text NOT NULL CONSTRAINT ck_alert_state
                CHECK (state IN ('armed', 'due', 'sent')),
            threshold_minor bigint CONSTRAINT ck_alert_threshold CHECK (threshold_minor > 0),
            currency text,
            price_minor bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            due_at timestamptz,
            CONSTRAINT ck_alert_price CHECK (
                num_nonnulls(threshold_minor, currency)
                = CASE kind WHEN 'price_drop' THEN 2 ELSE 0 END
            ),
            CONSTRAINT ck_alert_due CHECK ((state = 'armed') = (due_at IS NULL))
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_alert_item_id_kind ON alert (item_id, kind) WHERE state = 'armed'"
    )
    op.execute(
        "CREATE INDEX ix_alert_product_id_kind ON alert (product_id, kind) WHERE state = 'armed'"
    )
    op.execute("CREATE INDEX ix_alert_due_at ON alert (due_at) WHERE state = 'due'")
    op.execute("CREATE INDEX ix_alert_item_id ON alert (item_id)")
