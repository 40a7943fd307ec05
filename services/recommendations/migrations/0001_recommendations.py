"""The projection of products, visitors' baskets, what they count for, what is due in the store."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _products()
    _baskets()
    _counts()
    _store()


def _products() -> None:
    op.execute(
        """
        CREATE TABLE product (
            id uuid CONSTRAINT pk_product PRIMARY KEY,
            version bigint NOT NULL,
            slug text NOT NULL,
            name text NOT NULL,
            active boolean NOT NULL,
            category_id uuid,
            prices jsonb NOT NULL,
            score double precision NOT NULL DEFAULT 0
        )
        """
    )
    op.execute("CREATE INDEX ix_product_score ON product (score DESC, id DESC) WHERE active")
    op.execute(
        """
        CREATE INDEX ix_product_category ON product (category_id, score DESC, id DESC)
        WHERE active
        """
    )


def _baskets() -> None:
    op.execute(
        """
        CREATE TABLE interaction (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_interaction PRIMARY KEY,
            basket_id uuid NOT NULL,
            user_id uuid,
            product_id uuid NOT NULL,
            weight bigint NOT NULL,
            at timestamptz NOT NULL,
            noted_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_interaction_user_id ON interaction (user_id) WHERE user_id IS NOT NULL"
    )
    op.execute(
        """
        CREATE TABLE basket (
            id uuid CONSTRAINT pk_basket PRIMARY KEY,
            user_id uuid,
            week bigint NOT NULL,
            at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_basket_user_id_at ON basket (user_id, at) WHERE user_id IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_basket_week ON basket (week)")
    op.execute(
        """
        CREATE TABLE basket_item (
            basket_id uuid NOT NULL CONSTRAINT fk_basket_item_basket_id_basket
                REFERENCES basket (id) ON DELETE CASCADE,
            product_id uuid NOT NULL,
            weight bigint NOT NULL CONSTRAINT ck_basket_item_weight CHECK (weight > 0),
            at timestamptz NOT NULL,
            CONSTRAINT pk_basket_item PRIMARY KEY (basket_id, product_id)
        )
        """
    )


def _counts() -> None:
    op.execute(
        """
        CREATE TABLE popularity (
            product_id uuid NOT NULL,
            week bigint NOT NULL,
            weight bigint NOT NULL CONSTRAINT ck_popularity_weight CHECK (weight >= 0),
            CONSTRAINT pk_popularity PRIMARY KEY (product_id, week)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute("CREATE INDEX ix_popularity_week ON popularity USING brin (week)")
    op.execute(
        """
        CREATE TABLE co_occurrence (
            product_id uuid NOT NULL,
            other_id uuid NOT NULL,
            week bigint NOT NULL,
            weight bigint NOT NULL CONSTRAINT ck_co_occurrence_weight CHECK (weight >= 0),
            CONSTRAINT pk_co_occurrence PRIMARY KEY (product_id, other_id, week)
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE INDEX ix_co_occurrence_week ON co_occurrence USING brin (week)")


def _store() -> None:
    op.execute(
        """
        CREATE TABLE publication (
            kind text NOT NULL CONSTRAINT ck_publication_kind
                CHECK (kind IN ('product', 'category', 'popular', 'user')),
            key uuid NOT NULL,
            due_at timestamptz NOT NULL,
            CONSTRAINT pk_publication PRIMARY KEY (kind, key)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute("CREATE INDEX ix_publication_due_at ON publication (due_at)")
    op.execute(
        """
        CREATE TABLE erased_user (
            user_id uuid CONSTRAINT pk_erased_user PRIMARY KEY,
            erased_at timestamptz NOT NULL
        )
        """
    )
