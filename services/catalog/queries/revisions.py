"""The record of a product's changes."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.catalog.models.tables import Revision


def list_revisions(
    session: Session, product_id: UUID, *, cursor: str | None, limit: int
) -> Page[Revision]:
    """Every version as it was announced, the newest first."""
    statement = select(Revision).where(Revision.product_id == product_id)
    return fetch_page(session, statement, [Key(Revision.version, "desc")], cursor, limit)
