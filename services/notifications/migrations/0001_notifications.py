"""Templates, messages and the attempts to deliver them; the first texts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_GREETING = "Hello{% if name %} {{ name }}{% endif %},"
_TEXTS = (
    (
        "welcome",
        "in_app",
        "Welcome",
        "Your account is ready.",
        None,
    ),
    (
        "welcome",
        "email",
        "Welcome",
        f"{_GREETING}\n\nyour account is ready. You can sign in with {{{{ email }}}}.\n",
        f"<p>{_GREETING}</p><p>your account is ready. You can sign in with {{{{ email }}}}.</p>",
    ),
    (
        "order_confirmed",
        "in_app",
        "Order {{ number }} is confirmed",
        "We have received your payment of {{ total }}.",
        None,
    ),
    (
        "order_confirmed",
        "email",
        "Your order {{ number }}",
        "Thank you for your order {{ number }}.\n"
        "{% for line in lines %}\n{{ line.quantity }} x {{ line.title }}: {{ line.total }}"
        "{% endfor %}\n\nPaid: {{ total }}\n",
        "<p>Thank you for your order {{ number }}.</p><ul>"
        "{% for line in lines %}<li>{{ line.quantity }} x {{ line.title }}: {{ line.total }}</li>"
        "{% endfor %}</ul><p>Paid: {{ total }}</p>",
    ),
    (
        "order_cancelled",
        "in_app",
        "Your order was cancelled",
        "Your order of {{ total }} was cancelled: {{ reason }}. What was paid is given back.",
        None,
    ),
    (
        "order_cancelled",
        "email",
        "Your order was cancelled",
        "Your order of {{ total }} was cancelled: {{ reason }}.\n\nWhat was paid is given back.\n",
        "<p>Your order of {{ total }} was cancelled: {{ reason }}.</p>"
        "<p>What was paid is given back.</p>",
    ),
)


def upgrade() -> None:
    """Create the tables and the first revision of each template."""
    _templates()
    _messages()
    _attempts()


def _templates() -> None:
    op.execute(
        """
        CREATE TABLE template (
            id uuid DEFAULT gen_random_uuid() CONSTRAINT pk_template PRIMARY KEY,
            key text NOT NULL,
            channel text NOT NULL CONSTRAINT ck_template_channel
                CHECK (channel IN ('email', 'in_app')),
            locale text NOT NULL,
            revision bigint NOT NULL CONSTRAINT ck_template_revision CHECK (revision > 0),
            subject text NOT NULL,
            body text NOT NULL,
            html text,
            author text,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_template_key_channel_locale_revision
                UNIQUE (key, channel, locale, revision)
        )
        """
    )
    names = ("key", "channel", "subject", "body", "html")
    insert = sa.text(
        "INSERT INTO template (key, channel, locale, revision, subject, body, html)"
        " VALUES (:key, :channel, 'en', 1, :subject, :body, :html)"
    )
    for row in _TEXTS:
        op.execute(insert.bindparams(**dict(zip(names, row, strict=True))))


def _messages() -> None:
    op.execute(
        """
        CREATE TABLE message (
            id uuid CONSTRAINT pk_message PRIMARY KEY,
            dedupe_key text NOT NULL CONSTRAINT uq_message_dedupe_key UNIQUE,
            template text NOT NULL,
            channel text NOT NULL CONSTRAINT ck_message_channel
                CHECK (channel IN ('email', 'in_app')),
            user_id uuid,
            address text,
            subject text NOT NULL,
            body text NOT NULL,
            html text,
            state text NOT NULL CONSTRAINT ck_message_state
                CHECK (state IN ('queued', 'delivered', 'failed')),
            attempts bigint NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL DEFAULT now(),
            nudge_at timestamptz NOT NULL DEFAULT now(),
            read_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE INDEX ix_message_user_id_id ON message (user_id, id)
        WHERE channel = 'in_app'
        """
    )
    op.execute("CREATE INDEX ix_message_nudge_at ON message (nudge_at) WHERE state = 'queued'")


def _attempts() -> None:
    op.execute(
        """
        CREATE TABLE attempt (
            message_id uuid NOT NULL CONSTRAINT fk_attempt_message_id_message
                REFERENCES message (id) ON DELETE CASCADE,
            number bigint NOT NULL,
            state text NOT NULL CONSTRAINT ck_attempt_state
                CHECK (state IN ('started', 'delivered', 'refused', 'retry')),
            detail text,
            started_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            CONSTRAINT pk_attempt PRIMARY KEY (message_id, number)
        )
        """
    )
