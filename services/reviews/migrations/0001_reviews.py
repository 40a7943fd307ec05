"""Reviews, the purchases that entitle to them, and what became of them."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; whatever counts something has a check behind it."""
    op.execute(
        """
        CREATE TABLE purchase (
            customer_id uuid NOT NULL,
            product_id uuid NOT NULL,
            order_id uuid NOT NULL,
            bought_at timestamptz NOT NULL,
            CONSTRAINT pk_purchase PRIMARY KEY (customer_id, product_id)
        )
        """
    )
    _reviews()
    _moderation()
    op.execute(
        """
        CREATE TABLE rating (
            product_id uuid CONSTRAINT pk_rating PRIMARY KEY,
            count bigint NOT NULL,
            sum bigint NOT NULL,
            version bigint NOT NULL,
            CONSTRAINT ck_rating_sum CHECK (sum BETWEEN count AND 5 * count)
        ) WITH (fillfactor = 70)
        """
    )


def _reviews() -> None:
    op.execute(
        """
        CREATE TABLE review (
            id uuid CONSTRAINT pk_review PRIMARY KEY,
            product_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            order_id uuid NOT NULL,
            stars bigint NOT NULL CONSTRAINT ck_review_stars CHECK (stars BETWEEN 1 AND 5),
            text text NOT NULL,
            state text NOT NULL CONSTRAINT ck_review_state
                CHECK (state IN ('pending', 'approved', 'rejected')),
            flags bigint NOT NULL CONSTRAINT ck_review_flags CHECK (flags >= 0),
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_review_product_id_customer_id UNIQUE (product_id, customer_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_review_customer_id_id ON review (customer_id, id)")
    op.execute("CREATE INDEX ix_review_flagged ON review (id) WHERE flags > 0")
    op.execute("CREATE INDEX ix_review_pending ON review (id) WHERE state = 'pending'")
    op.execute("CREATE INDEX ix_review_shown ON review (product_id, id) WHERE state = 'approved'")


def _moderation() -> None:
    """Without foreign keys: the trail outlives the review."""
    op.execute(
        """
        CREATE TABLE flag (
            review_id uuid NOT NULL,
            user_id uuid NOT NULL,
            CONSTRAINT pk_flag PRIMARY KEY (review_id, user_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE review_trail (
            id uuid CONSTRAINT pk_review_trail PRIMARY KEY,
            review_id uuid NOT NULL,
            version bigint NOT NULL,
            action text NOT NULL CONSTRAINT ck_review_trail_action CHECK (
                action IN ('written', 'edited', 'approved', 'rejected', 'flagged', 'deleted')
            ),
            actor uuid NOT NULL,
            reason text,
            at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_review_trail_review_id_id ON review_trail (review_id, id)")
