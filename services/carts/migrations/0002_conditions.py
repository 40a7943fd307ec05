"""What promotions may depend on: categories, customers' groups, their first orders, many codes."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let codes come before their promotion, and know more of products and of customers."""
    op.execute("ALTER TABLE variant ADD COLUMN category_ids uuid[] NOT NULL DEFAULT '{}'")
    _codes()
    _customers()


def _codes() -> None:
    op.execute("DROP TABLE promotion_code")
    op.execute(
        """
        CREATE TABLE promotion_code (
            code text CONSTRAINT pk_promotion_code PRIMARY KEY,
            promotion_id uuid NOT NULL,
            version bigint NOT NULL,
            usable boolean NOT NULL
        )
        """
    )


def _customers() -> None:
    op.execute(
        """
        CREATE TABLE customer_groups (
            user_id uuid CONSTRAINT pk_customer_groups PRIMARY KEY,
            groups text[] NOT NULL,
            version bigint NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE first_order (
            user_id uuid CONSTRAINT pk_first_order PRIMARY KEY,
            order_id uuid NOT NULL CONSTRAINT uq_first_order_order_id UNIQUE,
            lease_until timestamptz,
            paid boolean NOT NULL
        )
        """
    )
