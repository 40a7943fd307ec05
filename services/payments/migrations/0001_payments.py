"""Payments, the requests to their providers, what the providers said, and the ledger."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and the triggers that keep the log and the ledger honest."""
    _payment()
    _operation()
    _payment_event()
    _ledger_entry()
    _append_only()
    _balance()


def _payment() -> None:
    op.execute(
        """
        CREATE TABLE payment (
            id uuid CONSTRAINT pk_payment PRIMARY KEY,
            order_id uuid NOT NULL,
            provider text NOT NULL,
            intent_ref text,
            amount bigint NOT NULL CONSTRAINT ck_payment_amount CHECK (amount >= 0),
            currency text NOT NULL,
            authorized bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_payment_authorized CHECK (authorized BETWEEN 0 AND amount),
            captured bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_payment_captured CHECK (captured BETWEEN 0 AND authorized),
            refunding bigint NOT NULL DEFAULT 0,
            refunded bigint NOT NULL DEFAULT 0,
            state text NOT NULL CONSTRAINT ck_payment_state CHECK (
                state IN ('pending', 'requires_action', 'authorized', 'captured', 'declined',
                          'voiding', 'voided')
            ),
            action_url text,
            decline_code text,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_payment_provider_intent_ref UNIQUE (provider, intent_ref),
            CONSTRAINT ck_payment_refunded CHECK (
                refunded >= 0 AND refunding >= 0 AND refunded + refunding <= captured
            )
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX uq_payment_live_order ON payment (order_id)
        WHERE state IN ('pending', 'requires_action', 'authorized', 'captured')
        """
    )
    op.execute("CREATE INDEX ix_payment_order_id_id ON payment (order_id, id)")


def _operation() -> None:
    op.execute(
        """
        CREATE TABLE operation (
            id uuid CONSTRAINT pk_operation PRIMARY KEY,
            payment_id uuid NOT NULL CONSTRAINT fk_operation_payment_id_payment
                REFERENCES payment (id),
            provider text NOT NULL,
            provider_key text NOT NULL,
            kind text NOT NULL CONSTRAINT ck_operation_kind
                CHECK (kind IN ('authorize', 'capture', 'void', 'refund')),
            reference uuid NOT NULL,
            amount bigint NOT NULL,
            request text,
            state text NOT NULL CONSTRAINT ck_operation_state
                CHECK (state IN ('sent', 'waiting', 'done', 'refused', 'abandoned')),
            saga uuid NOT NULL,
            step text NOT NULL,
            generation bigint NOT NULL,
            phase text NOT NULL,
            attempt bigint NOT NULL,
            tries bigint NOT NULL DEFAULT 0,
            missing_since timestamptz,
            due_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            settled_at timestamptz,
            CONSTRAINT uq_operation_provider_provider_key UNIQUE (provider, provider_key)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        CREATE INDEX ix_operation_due_at ON operation (due_at)
        WHERE state IN ('sent', 'waiting')
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX uq_operation_once ON operation (payment_id, kind, reference)
        WHERE state <> 'refused'
        """
    )


def _payment_event() -> None:
    op.execute(
        """
        CREATE TABLE payment_event (
            id uuid CONSTRAINT pk_payment_event PRIMARY KEY,
            provider text NOT NULL,
            event_id text NOT NULL,
            payment_id uuid CONSTRAINT fk_payment_event_payment_id_payment REFERENCES payment (id),
            outcome text NOT NULL,
            amount bigint NOT NULL,
            currency text NOT NULL,
            source text NOT NULL CONSTRAINT ck_payment_event_source
                CHECK (source IN ('answer', 'webhook')),
            verdict text NOT NULL CONSTRAINT ck_payment_event_verdict
                CHECK (verdict IN ('applied', 'held', 'ignored', 'quarantined')),
            reason text,
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            raw text NOT NULL,
            CONSTRAINT uq_payment_event_provider_event_id UNIQUE (provider, event_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_payment_event_payment_id ON payment_event (payment_id)")


def _ledger_entry() -> None:
    op.execute(
        """
        CREATE TABLE ledger_entry (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_ledger_entry PRIMARY KEY,
            tx_id uuid NOT NULL,
            payment_id uuid NOT NULL CONSTRAINT fk_ledger_entry_payment_id_payment
                REFERENCES payment (id),
            account text NOT NULL CONSTRAINT ck_ledger_entry_account
                CHECK (account IN ('provider', 'sales')),
            amount bigint NOT NULL CONSTRAINT ck_ledger_entry_amount CHECK (amount <> 0),
            currency text NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_ledger_entry_tx_id_account UNIQUE (tx_id, account)
        )
        """
    )
    op.execute("CREATE INDEX ix_ledger_entry_payment_id ON ledger_entry (payment_id)")


def _append_only() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    for table in ("payment_event", "ledger_entry"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_is_append_only
            BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """
        )


def _balance() -> None:
    """Checked at the commit, when both sides are there."""
    op.execute(
        """
        CREATE FUNCTION refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT 1 FROM ledger_entry WHERE tx_id = NEW.tx_id
                GROUP BY currency HAVING sum(amount) <> 0
            ) THEN
                RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.tx_id
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_imbalance()
        """
    )
