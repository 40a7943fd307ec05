"""Everything that reads documents."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, defer

from libs.db.page import Key, Page, fetch_page
from services.cms.errors import NothingPublished, VersionNotFound
from services.cms.models import Document, DocumentVersion
from services.cms.rules.places import PAGE, is_slug


def get_published(
    session: Session, kind: str, slug: str, locales: Sequence[str]
) -> DocumentVersion:
    """What is public there, in the first of the languages that has something.

    Refused with NothingPublished.
    """
    preference = case({locale: rank for rank, locale in enumerate(locales)}, value=Document.locale)
    wanted = (
        select(DocumentVersion)
        .join(DocumentVersion.document)
        .options(contains_eager(DocumentVersion.document))
        .where(
            Document.kind == kind,
            Document.slug == slug,
            Document.locale.in_(locales),
            DocumentVersion.state == "published",
        )
        .order_by(preference)
        .limit(1)
    )
    found = session.scalar(wanted) if not slug or is_slug(slug) else None
    if found is None:
        raise NothingPublished("there is nothing published here")
    return found


def list_pages(
    session: Session, locales: Sequence[str], *, cursor: str | None, limit: int
) -> Page[DocumentVersion]:
    """The public pages by slug, each in the first of the languages that it is published in."""
    statement = (
        select(DocumentVersion)
        .join(DocumentVersion.document)
        .options(contains_eager(DocumentVersion.document))
        .where(
            Document.kind == PAGE,
            DocumentVersion.state == "published",
            _is_best_language(locales),
        )
    )
    return fetch_page(session, statement, [Key(Document.slug)], cursor, limit)


def list_versions(
    session: Session,
    *,
    kind: str | None,
    slug: str | None,
    locale: str | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[DocumentVersion]:
    """Versions without their content, newest first."""
    statement = (
        select(DocumentVersion)
        .join(DocumentVersion.document)
        .options(contains_eager(DocumentVersion.document), defer(DocumentVersion.content))
    )
    wanted = {
        Document.kind: kind,
        Document.slug: slug,
        Document.locale: locale,
        DocumentVersion.state: state,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    return fetch_page(session, statement, [Key(DocumentVersion.id, "desc")], cursor, limit)


def get_version(session: Session, version_id: UUID) -> DocumentVersion:
    """One version with its document. Refused with VersionNotFound."""
    wanted = (
        select(DocumentVersion)
        .join(DocumentVersion.document)
        .options(contains_eager(DocumentVersion.document))
        .where(DocumentVersion.id == version_id)
    )
    found = session.scalar(wanted)
    if found is None:
        raise VersionNotFound("there is no such version")
    return found


def longest_overdue(session: Session, now: datetime) -> float:
    """Seconds since the first scheduled version should have been published."""
    due = func.min(DocumentVersion.publish_at)
    first = session.scalar(select(due).where(DocumentVersion.state == "scheduled"))
    return max(0.0, (now - first).total_seconds()) if first else 0.0


def any_due(session: Session, now: datetime) -> bool:
    """Whether a version waits to be published."""
    wanted = select(DocumentVersion.id).where(
        DocumentVersion.state == "scheduled", DocumentVersion.publish_at <= now
    )
    return session.scalar(wanted.limit(1)) is not None


def _is_best_language(locales: Sequence[str]) -> ColumnElement[bool]:
    """No better one of the languages has the page too."""
    rank = {locale: number for number, locale in enumerate(locales)}
    other, theirs = aliased(Document), aliased(DocumentVersion)
    better = (
        select(theirs.id)
        .join(other, theirs.document_id == other.id)
        .where(
            other.kind == PAGE,
            other.slug == Document.slug,
            other.locale.in_(locales),
            theirs.state == "published",
            case(rank, value=other.locale) < case(rank, value=Document.locale),
        )
    )
    return Document.locale.in_(locales) & ~better.exists()
