"""Documents, and the versions of their content."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; a document has at most one published version, whoever publishes."""
    op.execute(
        """
        CREATE TABLE document (
            id uuid CONSTRAINT pk_document PRIMARY KEY,
            kind text NOT NULL CONSTRAINT ck_document_kind CHECK (
                kind IN ('homepage', 'navigation', 'footer', 'service_guarantees', 'page')
            ),
            slug text NOT NULL,
            locale text NOT NULL,
            last_number bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_document_kind_slug_locale UNIQUE (kind, slug, locale),
            CONSTRAINT ck_document_slug CHECK ((kind = 'page') = (slug <> ''))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE document_version (
            id uuid CONSTRAINT pk_document_version PRIMARY KEY,
            document_id uuid NOT NULL
                CONSTRAINT fk_document_version_document_id_document REFERENCES document (id),
            number bigint NOT NULL CONSTRAINT ck_document_version_number CHECK (number > 0),
            state text NOT NULL CONSTRAINT ck_document_version_state CHECK (
                state IN ('draft', 'scheduled', 'published', 'superseded', 'archived')
            ),
            content jsonb NOT NULL,
            publish_at timestamptz,
            published_at timestamptz,
            restored_from bigint,
            author uuid NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_document_version_document_id_number UNIQUE (document_id, number),
            CONSTRAINT ck_document_version_publish_at
                CHECK ((state = 'scheduled') = (publish_at IS NOT NULL)),
            CONSTRAINT ck_document_version_published_at
                CHECK (state NOT IN ('published', 'superseded') OR published_at IS NOT NULL)
        )
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX uq_document_version_published ON document_version (document_id)
        WHERE state = 'published'
        """
    )
    op.execute(
        """
        CREATE INDEX ix_document_version_due ON document_version (publish_at)
        WHERE state = 'scheduled'
        """
    )
