"""Users, sessions, refresh tokens and the audit trail."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables, and make the audit trail append-only."""
    op.execute(
        """
        CREATE TABLE user_account (
            id uuid CONSTRAINT pk_user_account PRIMARY KEY,
            email text NOT NULL CONSTRAINT uq_user_account_email UNIQUE,
            name text NOT NULL,
            phone text,
            locale text,
            password_hash text NOT NULL,
            password_changed_at timestamptz NOT NULL,
            roles text[] NOT NULL,
            status text NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT ck_user_account_status CHECK (status IN ('active', 'disabled')),
            CONSTRAINT ck_user_account_email CHECK (email = lower(email)),
            CONSTRAINT ck_user_account_roles CHECK (
                roles <@ ARRAY[
                    'customer', 'admin', 'support', 'warehouse', 'catalog_editor', 'finance'
                ] AND cardinality(roles) > 0
            )
        )
        """
    )
    op.execute("CREATE INDEX ix_user_account_created_at_id ON user_account (created_at, id)")
    op.execute(
        "CREATE INDEX ix_user_account_admins ON user_account (id) WHERE 'admin' = ANY (roles)"
    )
    op.execute(
        """
        CREATE TABLE login_session (
            id uuid CONSTRAINT pk_login_session PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_login_session_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            created_at timestamptz NOT NULL,
            used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz,
            address text NOT NULL,
            user_agent text NOT NULL
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_login_session_user_id_created_at"
        " ON login_session (user_id, created_at, id)"
    )
    op.execute("CREATE INDEX ix_login_session_expires_at ON login_session (expires_at)")
    op.execute(
        """
        CREATE TABLE refresh_token (
            digest bytea CONSTRAINT pk_refresh_token PRIMARY KEY,
            session_id uuid NOT NULL CONSTRAINT fk_refresh_token_session_id_login_session
                REFERENCES login_session ON DELETE CASCADE,
            state text NOT NULL,
            expires_at timestamptz NOT NULL,
            rotated_at timestamptz,
            salt bytea,
            CONSTRAINT ck_refresh_token_state CHECK (state IN ('live', 'rotated', 'revoked')),
            CONSTRAINT ck_refresh_token_salt CHECK (salt IS NULL OR state = 'rotated')
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_refresh_token_live ON refresh_token (session_id)"
        " WHERE state = 'live'"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_refresh_token_salted ON refresh_token (session_id)"
        " WHERE salt IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_refresh_token_session_id ON refresh_token (session_id)")
    op.execute(
        """
        CREATE TABLE audit_event (
            id uuid CONSTRAINT pk_audit_event PRIMARY KEY,
            at timestamptz NOT NULL,
            kind text NOT NULL,
            user_id uuid,
            actor_id uuid,
            session_id uuid,
            address text,
            trace_id text,
            detail jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_audit_event_user_id_at ON audit_event (user_id, at)")
    _make_append_only()


def _make_append_only() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
