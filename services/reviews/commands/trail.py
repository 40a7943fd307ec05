"""What happened to a review, for whoever has to answer for it."""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from services.reviews.models import Review, TrailEntry

Action = Literal["written", "edited", "approved", "rejected", "flagged", "deleted"]


def note(
    session: Session, review: Review, action: Action, actor: UUID, reason: str | None = None
) -> None:
    """Add an entry about the review as it now stands."""
    session.add(
        TrailEntry(
            review_id=review.id,
            version=review.version,
            action=action,
            actor=actor,
            reason=reason,
            at=clock.now(),
        )
    )
