"""How sagas begin and end; beginning and end may be heard of in any order."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

PLACE_ORDER = "orders.place_order"
RETURN_ORDER = "orders.return_order"

_BEGIN = Statement(
    """
    INSERT INTO saga_outcome AS s (generation, saga_id, type, started_at)
    SELECT generation, $2::uuid, $3, $4::timestamptz
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT (generation, saga_id) DO UPDATE SET started_at = excluded.started_at
        WHERE s.started_at IS NULL
    """
)
_END = Statement(
    """
    INSERT INTO saga_outcome AS s (generation, saga_id, type, outcome, code, ended_at)
    SELECT generation, $2::uuid, $3, $4::text, $5::text, $6::timestamptz
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT (generation, saga_id) DO UPDATE
        SET outcome = excluded.outcome, code = excluded.code, ended_at = excluded.ended_at
        WHERE s.outcome IS NULL
    """
)


def start(session: Session, generations: list[int], saga_id: UUID, kind: str, at: datetime) -> None:
    """The saga runs, unless it is known to have ended."""
    _BEGIN.later(session, generations, saga_id, kind, at)


def end(
    session: Session,
    generations: list[int],
    saga_id: UUID,
    kind: str,
    outcome: Literal["completed", "compensated"],
    at: datetime,
    code: str | None = None,
) -> None:
    """The saga did what it was for, or took everything back because of `code`."""
    _END.later(session, generations, saga_id, kind, outcome, code, at)
