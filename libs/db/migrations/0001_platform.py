"""The tables that the platform keeps in every service's database."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Messages to send, messages taken in, answers kept for repeated requests, parked messages."""
    op.execute(
        """
        CREATE TABLE outbox (
            id uuid PRIMARY KEY,
            type text NOT NULL,
            envelope text NOT NULL,
            attempt int NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        CREATE TABLE inbox (
            source uuid NOT NULL,
            step text NOT NULL,
            generation int NOT NULL,
            state text NOT NULL CHECK (
                state IN ('started', 'done', 'rejected', 'undone', 'cancelled')
            ),
            body_hash bytea NOT NULL,
            reply text,
            undo_reply text,
            outputs text[],
            at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (source, step, generation)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE idempotency_key (
            principal text NOT NULL,
            route text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            status int,
            body text,
            headers jsonb,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (principal, route, key)
        )
        """
    )
    op.execute("CREATE INDEX ix_idempotency_key_expires_at ON idempotency_key (expires_at)")
    op.execute(
        """
        CREATE TABLE dead_letter (
            id uuid PRIMARY KEY,
            type text NOT NULL,
            body bytea NOT NULL,
            reason text NOT NULL,
            saga_id uuid,
            seen_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE periodic_run (
            name text PRIMARY KEY,
            due_at timestamptz NOT NULL
        )
        """
    )
