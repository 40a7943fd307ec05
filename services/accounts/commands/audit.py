"""The audit trail: one row per security-relevant act, in the transaction of the act."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.observability import tracing
from services.accounts.models.users import AuditEvent

_MAX_USER_AGENT = 200


@dataclass(frozen=True)
class Origin:
    """Where a request comes from; None for an operator at the command line."""

    address: str | None = None
    user_agent: str = ""

    def device(self) -> str:
        """What the user recognizes the device by, bounded."""
        return self.user_agent[:_MAX_USER_AGENT]


def record(
    session: Session,
    kind: str,
    origin: Origin,
    *,
    user_id: UUID | None = None,
    actor_id: UUID | None = None,
    session_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Note an act on a user; never an address of mail or a secret, since rows stay for ever."""
    session.add(
        AuditEvent(
            kind=kind,
            user_id=user_id,
            actor_id=actor_id,
            session_id=session_id,
            address=origin.address,
            trace_id=tracing.trace_id(),
            detail=detail,
        )
    )
