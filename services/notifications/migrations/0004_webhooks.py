"""Outgoing webhooks: endpoints, events, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXTS = (
    (
        "in_app",
        "A webhook was switched off",
        "Nothing is sent to {{ url }} any more: {{ reason }}.",
        None,
    ),
    (
        "email",
        "A webhook was switched off",
        "Hello,\n\nnothing is sent to {{ url }} any more: {{ reason }}.\n"
        "Once it works again, switch it on; what failed can be sent again.\n",
        "<p>Hello,</p><p>nothing is sent to {{ url }} any more: {{ reason }}.</p>"
        "<p>Once it works again, switch it on; what failed can be sent again.</p>",
    ),
)


def upgrade() -> None:
    """Create the tables, and the words that tell of an endpoint that is gone."""
    _endpoints()
    _events()
    _deliveries()
    insert = sa.text(
        "INSERT INTO template (key, channel, locale, revision, subject, body, html)"
        " VALUES ('webhook_disabled', :channel, 'en', 1, :subject, :body, :html)"
    )
    for row in _TEXTS:
        names = ("channel", "subject", "body", "html")
        op.execute(insert.bindparams(**dict(zip(names, row, strict=True))))


def _endpoints() -> None:
    op.execute(
        """
        CREATE TABLE webhook_endpoint (
            id uuid CONSTRAINT pk_webhook_endpoint PRIMARY KEY,
            url text NOT NULL,
            description text NOT NULL,
            events text[] NOT NULL CONSTRAINT ck_webhook_endpoint_events
                CHECK (cardinality(events) > 0),
            author uuid NOT NULL,
            state text NOT NULL DEFAULT 'enabled' CONSTRAINT ck_webhook_endpoint_state
                CHECK (state IN ('enabled', 'disabled')),
            disabled_reason text,
            failing_since timestamptz,
            failures bigint NOT NULL DEFAULT 0,
            paused_until timestamptz,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE webhook_secret (
            id uuid CONSTRAINT pk_webhook_secret PRIMARY KEY,
            endpoint_id uuid NOT NULL CONSTRAINT fk_webhook_secret_endpoint_id_webhook_endpoint
                REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            secret text NOT NULL,
            expires_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_webhook_secret_endpoint_id ON webhook_secret (endpoint_id)")


def _events() -> None:
    op.execute(
        """
        CREATE TABLE webhook_event (
            id uuid CONSTRAINT pk_webhook_event PRIMARY KEY,
            sequence bigint GENERATED ALWAYS AS IDENTITY
                CONSTRAINT uq_webhook_event_sequence UNIQUE,
            type text NOT NULL,
            ordering_key text NOT NULL,
            customer_id uuid,
            data jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_webhook_event_created_at ON webhook_event (created_at)")
    op.execute(
        """
        CREATE INDEX ix_webhook_event_customer_id ON webhook_event (customer_id)
        WHERE customer_id IS NOT NULL
        """
    )


def _deliveries() -> None:
    op.execute(
        """
        CREATE TABLE webhook_delivery (
            id uuid CONSTRAINT pk_webhook_delivery PRIMARY KEY,
            endpoint_id uuid NOT NULL CONSTRAINT fk_webhook_delivery_endpoint_id_webhook_endpoint
                REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
            event_id uuid NOT NULL CONSTRAINT fk_webhook_delivery_event_id_webhook_event
                REFERENCES webhook_event (id) ON DELETE CASCADE,
            state text NOT NULL DEFAULT 'queued' CONSTRAINT ck_webhook_delivery_state
                CHECK (state IN ('queued', 'delivered', 'failed')),
            attempts bigint NOT NULL DEFAULT 0,
            tries bigint NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL DEFAULT now(),
            nudge_at timestamptz NOT NULL DEFAULT now(),
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_webhook_delivery_endpoint_id_event_id UNIQUE (endpoint_id, event_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_webhook_delivery_event_id ON webhook_delivery (event_id)")
    op.execute(
        """
        CREATE INDEX ix_webhook_delivery_nudge_at ON webhook_delivery (nudge_at)
        WHERE state = 'queued'
        """
    )
    op.execute(
        """
        CREATE TABLE webhook_attempt (
            delivery_id uuid NOT NULL CONSTRAINT fk_webhook_attempt_delivery_id_webhook_delivery
                REFERENCES webhook_delivery (id) ON DELETE CASCADE,
            number bigint NOT NULL,
            state text NOT NULL CONSTRAINT ck_webhook_attempt_state
                CHECK (state IN ('started', 'delivered', 'failed')),
            status bigint,
            detail text,
            response text,
            started_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            CONSTRAINT pk_webhook_attempt PRIMARY KEY (delivery_id, number)
        )
        """
    )
