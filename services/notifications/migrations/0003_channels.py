"""More channels, templates of the administrators' own, preferences, devices, what providers say."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_CHANNELS = "channel IN ('in_app', 'email', 'push', 'sms')"
_TEXTS = (
    ("welcome", "push", "Welcome", "Your account is ready."),
    ("order_confirmed", "push", "Order {{ number }} is confirmed", "Paid: {{ total }}"),
    ("order_confirmed", "sms", "Order", "Your order {{ number }} is paid: {{ total }}."),
    ("order_cancelled", "push", "Your order was cancelled", "{{ total }}: {{ reason }}"),
    ("order_cancelled", "sms", "Order", "Your order of {{ total }} was cancelled: {{ reason }}."),
    ("back_in_stock", "push", "Back in stock", "You can buy {{ title }} again."),
    ("back_in_stock", "sms", "Stock", "{{ title }} is back in stock."),
    ("price_drop", "push", "Now {{ price }}", "{{ title }} now costs {{ price }}."),
    ("price_drop", "sms", "Price", "{{ title }} now costs {{ price }}."),
)


def upgrade() -> None:
    """Widen the tables of messages, create those of the people, write the first short texts."""
    for table in ("template", "message"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_channel")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_channel CHECK ({_CHANNELS})")
    _templates()
    _messages()
    _feedback()
    _people()


def _templates() -> None:
    op.execute(
        """
        ALTER TABLE template ADD COLUMN sample jsonb, ADD COLUMN withdrawn_at timestamptz,
            ADD CONSTRAINT ck_template_built_in_stays
                CHECK (author IS NOT NULL OR withdrawn_at IS NULL)
        """
    )
    insert = sa.text(
        "INSERT INTO template (key, channel, locale, revision, subject, body)"
        " VALUES (:key, :channel, 'en', 1, :subject, :body)"
    )
    for row in _TEXTS:
        names = ("key", "channel", "subject", "body")
        op.execute(insert.bindparams(**dict(zip(names, row, strict=True))))


def _messages() -> None:
    op.execute(
        """
        ALTER TABLE message ADD COLUMN topic text NOT NULL DEFAULT 'service',
            ADD COLUMN give_up_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
            ADD COLUMN provider text, ADD COLUMN reference text,
            ALTER COLUMN template DROP NOT NULL,
            DROP CONSTRAINT ck_message_state,
            ADD CONSTRAINT ck_message_state
                CHECK (state IN ('queued', 'delivered', 'failed', 'bounced'))
        """
    )
    op.execute("DROP INDEX ix_message_user_id_id")
    op.execute(
        "CREATE INDEX ix_message_user_id_id ON message (user_id, id) WHERE user_id IS NOT NULL"
    )
    op.execute("ALTER TABLE attempt ADD COLUMN provider text, ADD COLUMN reference text")
    op.execute(
        "CREATE INDEX ix_message_reference ON message (reference) WHERE reference IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX ix_message_lower_address ON message (lower(address)) WHERE channel = 'email'"
    )


def _feedback() -> None:
    op.execute(
        """
        CREATE TABLE feedback (
            id uuid CONSTRAINT pk_feedback PRIMARY KEY,
            provider text NOT NULL,
            event_id text NOT NULL,
            message_id uuid NOT NULL CONSTRAINT fk_feedback_message_id_message
                REFERENCES message (id) ON DELETE CASCADE,
            kind text NOT NULL CONSTRAINT ck_feedback_kind
                CHECK (kind IN ('delivered', 'deferred', 'bounced', 'complained')),
            detail text,
            occurred_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_feedback_provider_event_id UNIQUE (provider, event_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_feedback_message_id ON feedback (message_id)")
    op.execute(
        """
        CREATE TABLE suppression (
            channel text NOT NULL,
            address text NOT NULL,
            reason text NOT NULL CONSTRAINT ck_suppression_reason
                CHECK (reason IN ('bounced', 'complained')),
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_suppression PRIMARY KEY (channel, address)
        )
        """
    )


def _people() -> None:
    op.execute(
        "ALTER TABLE contact ADD COLUMN phone text, ADD COLUMN version bigint NOT NULL DEFAULT 0"
    )
    op.execute(
        """
        CREATE TABLE recipient (
            user_id uuid CONSTRAINT pk_recipient PRIMARY KEY,
            locale text,
            quiet_start bigint CONSTRAINT ck_recipient_quiet_start
                CHECK (quiet_start BETWEEN 0 AND 1439),
            quiet_end bigint CONSTRAINT ck_recipient_quiet_end
                CHECK (quiet_end BETWEEN 0 AND 1439),
            time_zone text,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_recipient_quiet_is_whole
                CHECK (num_nulls(quiet_start, quiet_end, time_zone) IN (0, 3))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE preference (
            user_id uuid NOT NULL,
            channel text NOT NULL,
            topic text NOT NULL,
            enabled boolean NOT NULL,
            CONSTRAINT pk_preference PRIMARY KEY (user_id, channel, topic)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE device (
            id uuid CONSTRAINT pk_device PRIMARY KEY,
            user_id uuid NOT NULL,
            token text NOT NULL CONSTRAINT uq_device_token UNIQUE,
            platform text NOT NULL CONSTRAINT ck_device_platform
                CHECK (platform IN ('android', 'ios', 'web')),
            seen_at timestamptz NOT NULL DEFAULT now(),
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_device_user_id ON device (user_id)")
