"""The tables that the platform keeps in every service's database."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Messages to send, messages taken in, answers kept for repeated requests, parked messages."""
    # A statement can fail by itself, so that nobody has to wait for what it found.
    op.execute(
        """
        CREATE FUNCTION expect(truth boolean, otherwise text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF truth IS NOT TRUE THEN
                RAISE EXCEPTION '%', otherwise USING ERRCODE = 'assert_failure';
            END IF;
        END $$
        """
    )
    op.execute(
        """
        CREATE TABLE outbox (
            id uuid PRIMARY KEY,
            type text NOT NULL,
            routing_key text NOT NULL,
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
            body_hash text NOT NULL,
            reply_to text NOT NULL,
            saga_type text NOT NULL,
            reply text,
            undo_reply text,
            outputs text NOT NULL,
            traceparent text,
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
        CREATE TABLE saga (
            id uuid PRIMARY KEY,
            type text NOT NULL,
            definition_version int NOT NULL,
            business_key text NOT NULL,
            status text NOT NULL CHECK (
                status IN ('running', 'aborting', 'done', 'compensated', 'needs_attention')
            ),
            version int NOT NULL,
            plan text NOT NULL,
            state jsonb NOT NULL,
            due_at timestamptz,
            traceparent text,
            created_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            UNIQUE (type, business_key)
        ) WITH (fillfactor = 70)
        """
    )
    # due_at and status stay without an index, so that a step's update is a heap-only one; the sweep
    # reads the small set of sagas that have not ended.
    op.execute("CREATE INDEX ix_saga_active ON saga (id) WHERE ended_at IS NULL")
    op.execute(
        """
        CREATE TABLE saga_event (
            saga_id uuid NOT NULL,
            version int NOT NULL,
            at timestamptz NOT NULL,
            event text NOT NULL,
            step text,
            phase text,
            outcome text,
            code text,
            detail text,
            attempt int,
            sent text[] NOT NULL,
            status text NOT NULL,
            actor text,
            PRIMARY KEY (saga_id, version)
        )
        """
    )
