"""Make versions public, at once or when it is time, and take them back.

Everything here holds the document's row, so publishers of one document come one after the other;
the unique index on published versions stands behind it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from libs import clock
from libs.db.notices import notify
from services.cms.commands.documents import add_version, lock_version
from services.cms.errors import (
    AlreadyHistory,
    NeverPublished,
    NotPending,
    NotScheduled,
    PublishTimeRefused,
)
from services.cms.models import Document, DocumentVersion

VersionCheck = Callable[[int], None]
# Heard by every process that remembers what is public.
CHANNEL = "cms_publications"
FARTHEST = timedelta(days=2 * 366)


def publish_version(session: Session, version_id: UUID, check: VersionCheck) -> DocumentVersion:
    """Make it the public one; one that is public already stays so. Refused with NotPending."""
    version = lock_version(session, version_id)
    check(version.version)
    if version.state != "published":
        _require_pending(version)
        _publish(session, version)
    return version


def schedule_version(
    session: Session, version_id: UUID, publish_at: datetime, check: VersionCheck
) -> DocumentVersion:
    """Let it become public then. Refused with NotPending, PublishTimeRefused."""
    version = lock_version(session, version_id)
    check(version.version)
    _require_pending(version)
    now = clock.now()
    if not now < publish_at <= now + FARTHEST:
        raise PublishTimeRefused("the time to publish is in the future, at most two years away")
    version.publish_at = publish_at
    version.become("scheduled")
    return version


def unschedule_version(session: Session, version_id: UUID, check: VersionCheck) -> DocumentVersion:
    """Make it a draft again. Refused with NotScheduled."""
    version = lock_version(session, version_id)
    check(version.version)
    if version.state != "scheduled":
        raise NotScheduled("the version waits for no time")
    version.become("draft")
    return version


def roll_back(session: Session, version_id: UUID, author: UUID) -> DocumentVersion:
    """Publish the content of a former version again, as a new one. Refused with NeverPublished."""
    former = lock_version(session, version_id)
    if not former.is_former:
        raise NeverPublished("one goes back to a version that has been public and no longer is")
    restored = add_version(session, former.document, former.content, author, former.number)
    _publish(session, restored)
    return restored


def archive_version(session: Session, version_id: UUID, check: VersionCheck) -> DocumentVersion:
    """Put it away; if it was public, nothing of its document is. Refused with AlreadyHistory."""
    version = lock_version(session, version_id)
    check(version.version)
    if version.state in ("superseded", "archived"):
        raise AlreadyHistory(f"the version is {version.state} already")
    if version.state == "published":
        notify(session, CHANNEL)
    version.become("archived")
    return version


def publish_due(session: Session, limit: int) -> int:
    """Publish what is due, in the order of its times; returns how much there was.

    Documents that somebody else holds are left for the next turn.
    """
    now = clock.now()
    is_due = (DocumentVersion.state == "scheduled") & (DocumentVersion.publish_at <= now)
    owners = select(DocumentVersion.document_id).where(is_due)
    held = session.scalars(
        select(Document)
        .where(Document.id.in_(owners))
        .order_by(Document.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    # Asked again with the locks held: another worker may have published in the meantime.
    due = session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.document_id.in_([one.id for one in held]), is_due)
        .order_by(DocumentVersion.publish_at, DocumentVersion.number)
    ).all()
    for version in due:
        _publish(session, version)
    return len(due)


def _require_pending(version: DocumentVersion) -> None:
    if not version.is_pending:
        raise NotPending(f"the version is {version.state}, and cannot become public any more")


def _publish(session: Session, version: DocumentVersion) -> None:
    """The former one goes first: the index knows no moment with two."""
    now = clock.now()
    session.execute(
        update(DocumentVersion)
        .where(
            DocumentVersion.document_id == version.document_id,
            DocumentVersion.state == "published",
        )
        .values(state="superseded", version=DocumentVersion.version + 1, updated_at=now)
        .execution_options(synchronize_session="fetch")
    )
    version.published_at = now
    version.become("published")
    session.flush()
    notify(session, CHANNEL)
