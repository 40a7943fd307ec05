"""Tables of cms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from libs import clock
from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7

_STATES = "'draft', 'scheduled', 'published', 'superseded', 'archived'"
_KINDS = "'homepage', 'navigation', 'footer', 'service_guarantees', 'page'"


class Base(DeclarativeBase):
    """All tables of cms."""

    metadata = service_metadata()
    type_annotation_map = {**TYPES, str: Text}


class Document(Base):
    """A place for content. Whoever changes one of its versions holds its row."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("kind", "slug", "locale"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("(kind = 'page') = (slug <> '')", name="slug"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    slug: Mapped[str]
    locale: Mapped[str]
    last_number: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DocumentVersion(Base):
    """One version of a document's content; what has been public is never changed again.

    `number` counts the versions of the document, `version` the changes of this row.
    """

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(state = 'scheduled') = (publish_at IS NOT NULL)", name="publish_at"),
        CheckConstraint(
            "state NOT IN ('published', 'superseded') OR published_at IS NOT NULL",
            name="published_at",
        ),
        Index(
            "uq_document_version_published",
            "document_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "ix_document_version_due",
            "publish_at",
            postgresql_where=text("state = 'scheduled'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    content: Mapped[dict[str, Any]]
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    restored_from: Mapped[int | None]
    author: Mapped[UUID]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    document: Mapped[Document] = relationship(lazy="raise")

    @property
    def is_pending(self) -> bool:
        """Whether it has yet to be public."""
        return self.state in ("draft", "scheduled")

    @property
    def is_former(self) -> bool:
        """Whether it has been public and no longer is."""
        return self.published_at is not None and self.state != "published"

    def become(self, state: str) -> None:
        """Change the state; a version that is not scheduled waits for no time."""
        self.state = state
        if state != "scheduled":
            self.publish_at = None
        self.count_change()

    def count_change(self) -> None:
        """Whoever saw the row before has seen another version of it."""
        self.version += 1
        self.updated_at = clock.now()

    @property
    def title(self) -> str:
        """What a page is called."""
        return str(self.content["title"])

    @property
    def description(self) -> str | None:
        """What a page is about, if it says so."""
        found: str | None = self.content.get("description")
        return found
