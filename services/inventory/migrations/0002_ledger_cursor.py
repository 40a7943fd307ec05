"""How far the ledger of movements has been announced."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the one row."""
    op.execute(
        """
        CREATE TABLE ledger_cursor (
            id bigint CONSTRAINT pk_ledger_cursor PRIMARY KEY
                CONSTRAINT ck_ledger_cursor_one CHECK (id = 1),
            announced bigint NOT NULL,
            horizon bigint NOT NULL,
            settled_by bigint NOT NULL
        ) WITH (fillfactor = 50)
        """
    )
    op.execute("INSERT INTO ledger_cursor VALUES (1, 0, 0, 0)")
