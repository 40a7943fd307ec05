"""What providers tell later: noted once, and it may end the use of an address."""

from uuid import UUID

from sqlalchemy import CursorResult, delete, func
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from services.notifications.channels.feedback import Report
from services.notifications.errors import SuppressionNotFound
from services.notifications.models.recipients import Suppression

_CHANNELS = {"sendgrid": "email", "twilio": "sms"}

_NOTE = Statement(
    """
    INSERT INTO feedback (id, provider, event_id, message_id, kind, detail, occurred_at)
    SELECT $1::uuid, $2::text, $3::text, id, $5::text, $6::text, $7::timestamptz
    FROM message WHERE id = $4::uuid AND channel = $8::text
    ON CONFLICT (provider, event_id) DO NOTHING
    RETURNING 1
    """
)
_BOUNCE = Statement("UPDATE message SET state = 'bounced' WHERE id = $1::uuid")
_SUPPRESS = Statement(
    """
    INSERT INTO suppression (channel, address, reason)
    SELECT channel, lower(address), $2::text FROM message
    WHERE id = $1::uuid AND address IS NOT NULL
    ON CONFLICT (channel, address) DO NOTHING
    """
)


def take_report(session: Session, report: Report) -> bool:
    """Note the report; False if it was known, or is about no message of ours."""
    is_new = _NOTE.first(
        session,
        uuid7(),
        report.provider,
        report.event_id,
        report.message_id,
        report.kind,
        report.detail,
        report.occurred_at,
        _CHANNELS[report.provider],
    )
    if not is_new:
        return False
    if report.kind == "bounced":
        _BOUNCE.later(session, report.message_id)
    if report.suppresses:
        _SUPPRESS.later(session, report.message_id, report.kind)
    return True


def lift_suppression(session: Session, *, channel: str, address: str) -> None:
    """Let the address be used again. Refused with SuppressionNotFound."""
    result: CursorResult[UUID] = session.execute(
        delete(Suppression).where(
            Suppression.channel == channel, Suppression.address == func.lower(address)
        )
    )  # type: ignore[assignment]  # a DELETE gives a CursorResult
    if not result.rowcount:
        raise SuppressionNotFound("nothing is held back from this address")
