"""Read how far a rebuild has come."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.reports.errors import RebuildNotFound
from services.reports.models import Rebuild


def get_rebuild(session: Session, rebuild_id: UUID) -> Rebuild:
    """One rebuild. Refused with RebuildNotFound."""
    rebuild = session.get(Rebuild, rebuild_id)
    if rebuild is None:
        raise RebuildNotFound("there is no such rebuild")
    return rebuild
