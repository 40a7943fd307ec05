"""Words to guess from, and the queue that search indexes are fed from."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create both; products that exist already are queued."""
    op.execute(
        """
        CREATE TABLE term (
            word text COLLATE "C" CONSTRAINT pk_term PRIMARY KEY,
            deletions text[] NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_term_deletions ON term USING gin (deletions)")
    _trigrams()
    op.execute("CREATE SEQUENCE search_change_number")
    op.execute(
        """
        CREATE TABLE search_change (
            product_id uuid CONSTRAINT pk_search_change PRIMARY KEY,
            number bigint NOT NULL,
            due_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_search_change_due_at ON search_change (due_at)")
    op.execute(
        """
        INSERT INTO search_change (product_id, number, due_at)
        SELECT id, nextval('search_change_number'), now() FROM product
        """
    )


def _trigrams() -> None:
    """An embedded server has no contrib, and a role may lack the right: both do without."""
    op.execute(
        """
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE NOTICE 'pg_trgm may not be created here';
        END
        $$
        """
    )
    op.execute(
        """
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
                CREATE INDEX ix_term_similar ON term USING gin (word gin_trgm_ops);
            END IF;
        END
        $$
        """
    )
