"""The append-only evidence may lose the provider's words, once its payer is erased."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let a row's `raw` be emptied; nothing else of it may change, and none may go."""
    op.execute("DROP TRIGGER payment_event_is_append_only ON payment_event")
    op.execute(
        """
        CREATE TRIGGER payment_event_is_append_only BEFORE DELETE OR TRUNCATE ON payment_event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )
    op.execute(
        """
        CREATE TRIGGER payment_event_keeps_its_facts BEFORE UPDATE ON payment_event
        FOR EACH ROW
        WHEN (NEW.raw <> '' OR to_jsonb(OLD) - 'raw' IS DISTINCT FROM to_jsonb(NEW) - 'raw')
        EXECUTE FUNCTION refuse_change()
        """
    )
