"""Lock documents, and add versions to them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.ids import uuid7
from services.cms.models import Document, DocumentVersion
from services.cms.queries import get_version
from services.cms.rules.places import Place


def lock_place(session: Session, place: Place) -> Document:
    """The document at that place, made if there is none, locked until the transaction ends."""
    values = {"id": uuid7(), **place._asdict()}
    session.execute(insert(Document).values(values).on_conflict_do_nothing())
    wanted = select(Document).filter_by(**place._asdict()).with_for_update(key_share=True)
    return session.scalars(wanted).one()


def lock_version(session: Session, version_id: UUID) -> DocumentVersion:
    """The version as it is now, its document locked. Refused with VersionNotFound.

    It is read once the lock is held: what was read while waiting for it may be old.
    """
    owner = select(DocumentVersion.document_id).where(DocumentVersion.id == version_id)
    document = select(Document.id).where(Document.id == owner.scalar_subquery())
    session.execute(document.with_for_update(key_share=True))
    return get_version(session, version_id)


def add_version(
    session: Session,
    document: Document,
    content: dict[str, Any],
    author: UUID,
    restored_from: int | None = None,
) -> DocumentVersion:
    """The next draft of a locked document."""
    document.last_number += 1
    version = DocumentVersion(
        document=document,
        number=document.last_number,
        content=content,
        author=author,
        restored_from=restored_from,
    )
    session.add(version)
    session.flush()
    return version
