"""Profiles, address books, groups, further proofs of who somebody is, exports and erasures."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen the users, and create what belongs to them."""
    _users()
    _people()
    _mail_tokens()
    _api_keys()
    _identities()
    _exports()
    _erasures()


def _users() -> None:
    op.execute(
        """
        ALTER TABLE user_account
            ALTER COLUMN password_hash DROP NOT NULL,
            ADD COLUMN email_verified_at timestamptz,
            ADD COLUMN company text,
            ADD COLUMN vat_id text,
            ADD COLUMN birth_date date,
            ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN groups_version bigint NOT NULL DEFAULT 0,
            ADD CONSTRAINT ck_user_account_attributes
                CHECK (jsonb_typeof(attributes) = 'object'),
            DROP CONSTRAINT ck_user_account_status,
            ADD CONSTRAINT ck_user_account_status
                CHECK (status IN ('active', 'disabled', 'erasing', 'erased')),
            DROP CONSTRAINT ck_user_account_roles,
            ADD CONSTRAINT ck_user_account_roles CHECK (
                roles <@ ARRAY[
                    'customer', 'admin', 'support', 'warehouse', 'catalog_editor', 'finance',
                    'moderator'
                ] AND cardinality(roles) > 0
            )
        """
    )


def _people() -> None:
    op.execute(
        """
        CREATE TABLE address (
            id uuid CONSTRAINT pk_address PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_address_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            label text,
            name text NOT NULL,
            company text,
            line1 text NOT NULL,
            line2 text,
            city text NOT NULL,
            region text,
            postcode text NOT NULL,
            country char(2) NOT NULL CONSTRAINT ck_address_country CHECK (country ~ '^[A-Z]{2}$'),
            phone text,
            default_shipping boolean NOT NULL,
            default_billing boolean NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_address_user_id_id ON address (user_id, id)")
    for kind in ("shipping", "billing"):
        op.execute(
            f"CREATE UNIQUE INDEX uq_address_default_{kind} ON address (user_id)"
            f" WHERE default_{kind}"
        )
    op.execute(
        """
        CREATE TABLE customer_group (
            code text CONSTRAINT pk_customer_group PRIMARY KEY
                CONSTRAINT ck_customer_group_code CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
            name text NOT NULL,
            description text,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE group_member (
            group_code text NOT NULL CONSTRAINT fk_group_member_group_code_customer_group
                REFERENCES customer_group,
            user_id uuid NOT NULL CONSTRAINT fk_group_member_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            added_at timestamptz NOT NULL,
            CONSTRAINT pk_group_member PRIMARY KEY (group_code, user_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_group_member_user_id ON group_member (user_id)")


def _mail_tokens() -> None:
    op.execute(
        """
        CREATE TABLE mail_token (
            digest bytea CONSTRAINT pk_mail_token PRIMARY KEY,
            purpose text NOT NULL CONSTRAINT ck_mail_token_purpose
                CHECK (purpose IN ('prove_email', 'reset_password')),
            user_id uuid NOT NULL CONSTRAINT fk_mail_token_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            email text NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_mail_token_user_id_purpose ON mail_token (user_id, purpose, created_at)"
    )
    op.execute("CREATE INDEX ix_mail_token_expires_at ON mail_token (expires_at)")


def _api_keys() -> None:
    op.execute(
        """
        CREATE TABLE api_key (
            id uuid CONSTRAINT pk_api_key PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_api_key_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            name text NOT NULL,
            prefix text NOT NULL CONSTRAINT uq_api_key_prefix UNIQUE,
            digest bytea NOT NULL,
            scopes text[] NOT NULL CONSTRAINT ck_api_key_scopes CHECK (cardinality(scopes) > 0),
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            last_used_at timestamptz,
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_api_key_user_id_id ON api_key (user_id, id)")


def _identities() -> None:
    op.execute(
        """
        CREATE TABLE identity (
            id uuid CONSTRAINT pk_identity PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_identity_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            provider text NOT NULL,
            subject text NOT NULL,
            created_at timestamptz NOT NULL,
            used_at timestamptz NOT NULL,
            CONSTRAINT uq_identity_provider_subject UNIQUE (provider, subject),
            CONSTRAINT uq_identity_user_id_provider UNIQUE (user_id, provider)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE sign_in_attempt (
            state bytea CONSTRAINT pk_sign_in_attempt PRIMARY KEY,
            browser bytea NOT NULL,
            provider text NOT NULL,
            nonce text NOT NULL,
            verifier text NOT NULL,
            expires_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_sign_in_attempt_expires_at ON sign_in_attempt (expires_at)")


def _exports() -> None:
    op.execute(
        """
        CREATE TABLE export (
            id uuid CONSTRAINT pk_export PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_export_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            state text NOT NULL CONSTRAINT ck_export_state
                CHECK (state IN ('running', 'collected', 'ready', 'failed', 'expired')),
            expected jsonb,
            content text,
            created_at timestamptz NOT NULL,
            ready_at timestamptz,
            expires_at timestamptz,
            CONSTRAINT ck_export_content CHECK ((state = 'ready') = (content IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX ix_export_user_id_id ON export (user_id, id)")
    op.execute("CREATE INDEX ix_export_expires_at ON export (expires_at) WHERE state = 'ready'")
    op.execute(
        "CREATE UNIQUE INDEX uq_export_running ON export (user_id)"
        " WHERE state IN ('running', 'collected')"
    )
    op.execute(
        """
        CREATE TABLE export_slice (
            export_id uuid NOT NULL CONSTRAINT fk_export_slice_export_id_export
                REFERENCES export ON DELETE CASCADE,
            service text NOT NULL,
            number bigint NOT NULL,
            content text NOT NULL,
            CONSTRAINT pk_export_slice PRIMARY KEY (export_id, service, number)
        )
        """
    )


def _erasures() -> None:
    op.execute(
        """
        CREATE TABLE erasure (
            id uuid CONSTRAINT pk_erasure PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_erasure_user_id_user_account
                REFERENCES user_account ON DELETE CASCADE,
            requested_by uuid NOT NULL,
            state text NOT NULL CONSTRAINT ck_erasure_state
                CHECK (state IN ('requested', 'running', 'done', 'refused')),
            status_before text NOT NULL,
            code text,
            due_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            ended_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_erasure_due_at ON erasure (due_at) WHERE state = 'requested'")
    op.execute("CREATE INDEX ix_erasure_user_id_id ON erasure (user_id, id)")
    op.execute(
        "CREATE UNIQUE INDEX uq_erasure_running ON erasure (user_id)"
        " WHERE state IN ('requested', 'running')"
    )
