"""Behaviour by day, and what is not on the streams yet."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; partitions are made when their day needs them."""
    op.execute(
        """
        CREATE TABLE behavior_event (
            id uuid NOT NULL,
            day date NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL CONSTRAINT ck_behavior_event_kind
                CHECK (kind IN ('view', 'click', 'add_to_cart', 'search', 'purchase')),
            source text NOT NULL CONSTRAINT ck_behavior_event_source
                CHECK (source IN ('client', 'orders')),
            user_id uuid,
            session_id text,
            product_id uuid,
            variant_id uuid,
            quantity bigint CONSTRAINT ck_behavior_event_quantity CHECK (quantity > 0),
            amount_minor bigint,
            currency text,
            query text,
            results bigint,
            CONSTRAINT pk_behavior_event PRIMARY KEY (id, day),
            CONSTRAINT ck_behavior_event_consent CHECK (
                source = 'client' OR num_nonnulls(user_id, session_id) = 0
            ),
            CONSTRAINT ck_behavior_event_subject CHECK (
                CASE kind WHEN 'search' THEN query IS NOT NULL AND product_id IS NULL
                ELSE query IS NULL AND product_id IS NOT NULL END
            ),
            CONSTRAINT ck_behavior_event_amount CHECK (num_nulls(amount_minor, currency) <> 1)
        ) PARTITION BY RANGE (day)
        """
    )
    for column in ("user_id", "session_id"):
        op.execute(
            f"CREATE INDEX ix_behavior_event_{column} ON behavior_event ({column})"
            f" WHERE {column} IS NOT NULL"
        )
    op.execute(
        """
        CREATE TABLE pending_batch (
            id uuid CONSTRAINT pk_pending_batch PRIMARY KEY,
            user_id uuid,
            events text NOT NULL
        )
        """
    )
