"""Orders, their lines and events, and returns."""

from alembic import op

revision = "0001"
down_revision = None

_ORDERS = """
CREATE TABLE orders (
    id uuid CONSTRAINT pk_orders PRIMARY KEY,
    number varchar CONSTRAINT uq_orders_number UNIQUE,
    cart_id uuid NOT NULL,
    customer_id uuid,
    guest_key varchar,
    email varchar NOT NULL,
    currency char(3) NOT NULL,
    subtotal_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    shipping_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    included_tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0,
    status varchar NOT NULL DEFAULT 'pending',
    payment_status varchar NOT NULL DEFAULT 'unpaid',
    fulfilment_status varchar NOT NULL DEFAULT 'unfulfilled',
    cancellation_code varchar,
    cancellation_detail varchar,
    next_action_url varchar,
    shipping_address jsonb NOT NULL,
    shipping_method varchar NOT NULL,
    discounts jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    cancelled_at timestamptz,
    CONSTRAINT ck_orders_total_is_sum CHECK (
        total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor
    ),
    CONSTRAINT ck_orders_amounts_not_negative CHECK (
        least(subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor) >= 0
    ),
    CONSTRAINT ck_orders_refund_within_total CHECK (refunded_minor BETWEEN 0 AND total_minor),
    CONSTRAINT ck_orders_status CHECK (
        status IN ('pending', 'processing', 'shipped', 'delivered', 'cancelled')
    ),
    CONSTRAINT ck_orders_number_once_confirmed CHECK ((status = 'pending') <= (number IS NULL)),
    CONSTRAINT ck_orders_cancelled_why CHECK (
        (status = 'cancelled') = (cancellation_code IS NOT NULL)
    )
) WITH (fillfactor = 80)
"""
_LINES = """
CREATE TABLE order_line (
    id uuid CONSTRAINT pk_order_line PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_order_line_order_id_orders REFERENCES orders (id),
    position bigint NOT NULL,
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    sku varchar NOT NULL,
    title varchar NOT NULL,
    quantity bigint NOT NULL,
    unit_price_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    included_tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    returned bigint NOT NULL DEFAULT 0,
    CONSTRAINT uq_order_line_order_id_position UNIQUE (order_id, position),
    CONSTRAINT ck_order_line_quantity CHECK (quantity > 0),
    CONSTRAINT ck_order_line_returned_within_sold CHECK (returned BETWEEN 0 AND quantity)
)
"""
_EVENTS = """
CREATE TABLE order_event (
    order_id uuid NOT NULL CONSTRAINT fk_order_event_order_id_orders REFERENCES orders (id),
    seq bigint NOT NULL,
    kind varchar NOT NULL,
    data jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_order_event PRIMARY KEY (order_id, seq)
)
"""
_RETURNS = """
CREATE TABLE "return" (
    id uuid CONSTRAINT pk_return PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_return_order_id_orders REFERENCES orders (id),
    state varchar NOT NULL DEFAULT 'requested',
    reason varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    refusal_code varchar,
    created_at timestamptz NOT NULL,
    CONSTRAINT ck_return_state CHECK (state IN ('requested', 'refunded', 'refused')),
    CONSTRAINT ck_return_amount_not_negative CHECK (amount_minor >= 0)
)
"""
_RETURN_LINES = """
CREATE TABLE return_line (
    return_id uuid NOT NULL CONSTRAINT fk_return_line_return_id_return REFERENCES "return" (id),
    line_id uuid NOT NULL CONSTRAINT fk_return_line_line_id_order_line REFERENCES order_line (id),
    quantity bigint NOT NULL,
    amount_minor bigint NOT NULL,
    CONSTRAINT pk_return_line PRIMARY KEY (return_id, line_id),
    CONSTRAINT ck_return_line_quantity CHECK (quantity > 0)
)
"""


def upgrade() -> None:
    """An order of a cart lives at most once; its number comes from a sequence when it is paid."""
    op.execute("CREATE SEQUENCE order_number START 100001")
    for table in (_ORDERS, _LINES, _EVENTS, _RETURNS, _RETURN_LINES):
        op.execute(table)
    op.execute(
        "CREATE UNIQUE INDEX uq_orders_live_cart ON orders (cart_id) WHERE status <> 'cancelled'"
    )
    op.execute("CREATE INDEX ix_orders_customer_id ON orders (customer_id, id DESC)")
    op.execute("CREATE INDEX ix_orders_email ON orders (email, id DESC)")
    op.execute("CREATE INDEX ix_orders_guest_key ON orders (guest_key) WHERE guest_key IS NOT NULL")
    op.execute('CREATE INDEX ix_return_order_id ON "return" (order_id)')
