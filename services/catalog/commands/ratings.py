"""The projection of how products are rated."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.catalog.commands import shown

_project = Statement(
    """
    INSERT INTO rating (product_id, count, sum, version) VALUES ($1, $2, $3, $4)
    ON CONFLICT (product_id) DO UPDATE
        SET count = excluded.count, sum = excluded.sum, version = excluded.version
        WHERE excluded.version > rating.version
    """
)


def project_rating(
    session: Session, product_id: UUID, *, count: int, total: int, version: int
) -> None:
    """Keep the newest rating of the product, which may not be known here yet."""
    _project.later(session, product_id, count, total, version)
    shown.changed(session)
