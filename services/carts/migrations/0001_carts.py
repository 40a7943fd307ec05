"""Projections of the shop, tax rates, shipping methods, carts and what orders froze of them."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables, and one price for all countries for the methods standard and express."""
    _shelf()
    _promotions()
    _configuration()
    _carts()
    _freezes()
    _defaults()


def _shelf() -> None:
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
            title text NOT NULL,
            tax_category text NOT NULL,
            prices jsonb NOT NULL,
            active boolean NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_variant_product_id ON variant (product_id)")
    op.execute("CREATE INDEX ix_variant_sku ON variant (sku)")
    op.execute(
        """
        CREATE TABLE stock_level (
            variant_id uuid CONSTRAINT pk_stock_level PRIMARY KEY,
            available bigint NOT NULL,
            version bigint NOT NULL
        ) WITH (fillfactor = 70)
        """
    )


def _promotions() -> None:
    op.execute(
        """
        CREATE TABLE promotion (
            id uuid CONSTRAINT pk_promotion PRIMARY KEY,
            version bigint NOT NULL,
            active boolean NOT NULL,
            automatic boolean NOT NULL,
            rule jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_promotion_automatic ON promotion (id) WHERE active AND automatic")
    op.execute(
        """
        CREATE TABLE promotion_code (
            code text NOT NULL,
            promotion_id uuid NOT NULL CONSTRAINT fk_promotion_code_promotion_id_promotion
                REFERENCES promotion (id),
            CONSTRAINT pk_promotion_code PRIMARY KEY (code, promotion_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_promotion_code_promotion_id ON promotion_code (promotion_id)")


def _configuration() -> None:
    op.execute(
        r"""
        CREATE TABLE tax_rate (
            id uuid CONSTRAINT pk_tax_rate PRIMARY KEY,
            category text NOT NULL,
            country text NOT NULL
                CONSTRAINT ck_tax_rate_country CHECK (country ~ '^([A-Z]{2}|\*)$'),
            rate_basis_points bigint NOT NULL
                CONSTRAINT ck_tax_rate_rate CHECK (rate_basis_points BETWEEN 0 AND 10000),
            inclusive boolean NOT NULL,
            version bigint NOT NULL,
            CONSTRAINT uq_tax_rate_category_country UNIQUE (category, country)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE shipping_method (
            id uuid CONSTRAINT pk_shipping_method PRIMARY KEY,
            code text NOT NULL CONSTRAINT uq_shipping_method_code UNIQUE,
            name text NOT NULL,
            position bigint NOT NULL,
            active boolean NOT NULL,
            rates jsonb NOT NULL,
            version bigint NOT NULL
        )
        """
    )


def _carts() -> None:
    op.execute(
        """
        CREATE TABLE cart (
            id uuid CONSTRAINT pk_cart PRIMARY KEY,
            user_id uuid,
            token_hash bytea CONSTRAINT uq_cart_token_hash UNIQUE,
            currency text NOT NULL,
            status text NOT NULL DEFAULT 'open'
                CONSTRAINT ck_cart_status CHECK (status IN ('open', 'frozen', 'closed')),
            coupons text[] NOT NULL,
            shipping_address jsonb,
            shipping_method text,
            shown_total_minor bigint NOT NULL,
            order_id uuid,
            lease_until timestamptz,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT ck_cart_owner CHECK (num_nonnulls(user_id, token_hash) = 1),
            CONSTRAINT ck_cart_order CHECK ((status = 'open') = (order_id IS NULL)),
            CONSTRAINT ck_cart_lease CHECK (lease_until IS NULL OR status = 'frozen')
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE INDEX ix_cart_user_id_id ON cart (user_id, id) WHERE status <> 'closed'")
    op.execute("CREATE INDEX ix_cart_updated_at ON cart (updated_at)")
    op.execute(
        """
        CREATE TABLE cart_item (
            id uuid CONSTRAINT pk_cart_item PRIMARY KEY,
            cart_id uuid NOT NULL CONSTRAINT fk_cart_item_cart_id_cart
                REFERENCES cart (id) ON DELETE CASCADE,
            variant_id uuid NOT NULL,
            quantity bigint NOT NULL CONSTRAINT ck_cart_item_quantity CHECK (quantity > 0),
            unit_price_seen bigint NOT NULL,
            CONSTRAINT uq_cart_item_cart_id_variant_id UNIQUE (cart_id, variant_id)
        )
        """
    )


def _freezes() -> None:
    op.execute(
        """
        CREATE TABLE cart_freeze (
            order_id uuid CONSTRAINT pk_cart_freeze PRIMARY KEY,
            cart_id uuid NOT NULL CONSTRAINT fk_cart_freeze_cart_id_cart
                REFERENCES cart (id) ON DELETE CASCADE,
            request_key text NOT NULL,
            state text NOT NULL CONSTRAINT ck_cart_freeze_state
                CHECK (state IN ('leased', 'held', 'released', 'closed')),
            snapshot jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE INDEX ix_cart_freeze_cart_id ON cart_freeze (cart_id)")


def _defaults() -> None:
    """Prices contain their tax, so there is no rate; amounts are minor units of any currency."""
    op.execute(
        """
        INSERT INTO shipping_method (id, code, name, position, active, rates, version) VALUES
        ('01890a5d-ac96-7000-8000-000000000001', 'standard', 'Standard', 1, true,
         '[{"countries": ["*"], "currency": "*", "price_minor": 490, "free_over_minor": 5000}]',
         1),
        ('01890a5d-ac96-7000-8000-000000000002', 'express', 'Express', 2, true,
         '[{"countries": ["*"], "currency": "*", "price_minor": 1290, "free_over_minor": null}]',
         1)
        """
    )
