"""The log of what was heard, and the projections of each generation."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables, with an empty first generation."""
    _log()
    _rebuilds()
    _sales()
    _refunds()
    _sagas()
    _stock()
    _catalog()


def _log() -> None:
    op.execute(
        """
        CREATE TABLE event (
            seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_event PRIMARY KEY,
            id uuid NOT NULL CONSTRAINT uq_event_id UNIQUE,
            type text NOT NULL,
            at timestamptz NOT NULL,
            data jsonb NOT NULL
        )
        """
    )
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
        CREATE TRIGGER event_is_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )


def _rebuilds() -> None:
    op.execute(
        """
        CREATE TABLE projection (
            id bigint CONSTRAINT pk_projection PRIMARY KEY
                CONSTRAINT ck_projection_one CHECK (id = 1),
            current bigint NOT NULL,
            building bigint
        )
        """
    )
    op.execute("INSERT INTO projection VALUES (1, 1, NULL)")
    op.execute(
        """
        CREATE TABLE rebuild (
            id uuid CONSTRAINT pk_rebuild PRIMARY KEY,
            generation bigint NOT NULL CONSTRAINT uq_rebuild_generation UNIQUE,
            state text NOT NULL CONSTRAINT ck_rebuild_state CHECK (state IN ('running', 'done')),
            replayed bigint NOT NULL,
            until bigint NOT NULL,
            requested_by uuid NOT NULL,
            requested_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            due_at timestamptz NOT NULL,
            CONSTRAINT ck_rebuild_finished CHECK ((state = 'done') = (finished_at IS NOT NULL))
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX uq_rebuild_running ON rebuild (state) WHERE state = 'running'")


def _sales() -> None:
    op.execute(
        """
        CREATE TABLE sale (
            generation bigint NOT NULL,
            order_id uuid NOT NULL,
            number text NOT NULL,
            customer_id uuid,
            currency char(3) NOT NULL,
            subtotal_minor bigint NOT NULL,
            discount_minor bigint NOT NULL,
            shipping_minor bigint NOT NULL,
            tax_minor bigint NOT NULL,
            included_tax_minor bigint NOT NULL,
            total_minor bigint NOT NULL,
            confirmed_at timestamptz NOT NULL,
            CONSTRAINT pk_sale PRIMARY KEY (generation, order_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_sale_generation_confirmed_at ON sale (generation, confirmed_at)")
    op.execute(
        """
        CREATE TABLE sale_line (
            generation bigint NOT NULL,
            order_id uuid NOT NULL,
            position bigint NOT NULL,
            currency char(3) NOT NULL,
            confirmed_at timestamptz NOT NULL,
            product_id uuid NOT NULL,
            variant_id uuid NOT NULL,
            sku text NOT NULL,
            title text NOT NULL,
            quantity bigint NOT NULL,
            total_minor bigint NOT NULL,
            CONSTRAINT pk_sale_line PRIMARY KEY (generation, order_id, position)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_sale_line_generation_confirmed_at ON sale_line (generation, confirmed_at)"
    )
    op.execute(
        """
        CREATE TABLE coupon_use (
            generation bigint NOT NULL,
            order_id uuid NOT NULL,
            code text NOT NULL,
            promotion_id uuid NOT NULL,
            discount_minor bigint NOT NULL,
            CONSTRAINT pk_coupon_use PRIMARY KEY (generation, order_id, code)
        )
        """
    )


def _refunds() -> None:
    op.execute(
        """
        CREATE TABLE refund (
            generation bigint NOT NULL,
            return_id uuid NOT NULL,
            order_id uuid NOT NULL,
            currency char(3) NOT NULL,
            amount_minor bigint NOT NULL,
            refunded_at timestamptz NOT NULL,
            CONSTRAINT pk_refund PRIMARY KEY (generation, return_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_refund_generation_refunded_at ON refund (generation, refunded_at)")
    op.execute(
        """
        CREATE TABLE refund_line (
            generation bigint NOT NULL,
            return_id uuid NOT NULL,
            position bigint NOT NULL,
            quantity bigint NOT NULL,
            amount_minor bigint NOT NULL,
            CONSTRAINT pk_refund_line PRIMARY KEY (generation, return_id, position)
        )
        """
    )


def _sagas() -> None:
    op.execute(
        """
        CREATE TABLE saga_outcome (
            generation bigint NOT NULL,
            saga_id uuid NOT NULL,
            type text NOT NULL,
            started_at timestamptz,
            outcome text CONSTRAINT ck_saga_outcome_outcome
                CHECK (outcome IN ('completed', 'compensated')),
            code text,
            ended_at timestamptz,
            CONSTRAINT pk_saga_outcome PRIMARY KEY (generation, saga_id),
            CONSTRAINT ck_saga_outcome_ended CHECK ((outcome IS NULL) = (ended_at IS NULL)),
            CONSTRAINT ck_saga_outcome_heard_of
                CHECK (started_at IS NOT NULL OR ended_at IS NOT NULL)
        ) WITH (fillfactor = 80)
        """
    )


def _stock() -> None:
    op.execute(
        """
        CREATE TABLE stock_movement (
            generation bigint NOT NULL,
            id bigint NOT NULL,
            kind text NOT NULL,
            reference uuid NOT NULL,
            variant_id uuid NOT NULL,
            location text NOT NULL,
            delta bigint NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT pk_stock_movement PRIMARY KEY (generation, id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE stock_alert (
            generation bigint NOT NULL,
            variant_id uuid NOT NULL,
            location text NOT NULL,
            kind text NOT NULL CONSTRAINT ck_stock_alert_kind CHECK (kind IN ('low', 'back')),
            at timestamptz NOT NULL,
            CONSTRAINT pk_stock_alert PRIMARY KEY (generation, variant_id, location, kind, at)
        )
        """
    )


def _catalog() -> None:
    op.execute(
        """
        CREATE TABLE product (
            generation bigint NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            name text NOT NULL,
            category_id uuid,
            CONSTRAINT pk_product PRIMARY KEY (generation, id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE variant (
            generation bigint NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            product_id uuid NOT NULL,
            sku text NOT NULL,
            CONSTRAINT pk_variant PRIMARY KEY (generation, id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE category (
            generation bigint NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            slug text NOT NULL,
            name text NOT NULL,
            CONSTRAINT pk_category PRIMARY KEY (generation, id)
        )
        """
    )
