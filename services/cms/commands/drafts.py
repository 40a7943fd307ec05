"""Write and edit what is not public yet."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from services.cms.commands.documents import add_version, lock_place, lock_version
from services.cms.errors import ContentTooLarge, NotADraft, OtherKind
from services.cms.models import DocumentVersion
from services.cms.rules.places import Place

VersionCheck = Callable[[int], None]
MAX_CONTENT = 256 * 1024


def create_version(
    session: Session, place: Place, content: dict[str, Any], author: UUID
) -> DocumentVersion:
    """A draft, the newest version of the document at that place. Refused with ContentTooLarge."""
    _require_size(content)
    return add_version(session, lock_place(session, place), content, author)


def edit_version(
    session: Session, version_id: UUID, content: dict[str, Any], check: VersionCheck
) -> DocumentVersion:
    """Replace a draft's content. Refused with NotADraft, OtherKind, ContentTooLarge."""
    _require_size(content)
    version = lock_version(session, version_id)
    check(version.version)
    if version.state != "draft":
        raise NotADraft(f"the version is {version.state}, and only drafts are edited")
    if content["type"] != version.document.kind:
        raise OtherKind(f"this is a version of a {version.document.kind}")
    version.content = content
    version.count_change()
    return version


def _require_size(content: dict[str, Any]) -> None:
    if len(msgspec.json.encode(content)) > MAX_CONTENT:
        raise ContentTooLarge(f"a document holds at most {MAX_CONTENT} bytes")
