"""Which installed apps a user's push messages go to."""

from uuid import UUID

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from services.notifications.errors import DeviceNotFound
from services.notifications.models.recipients import Device

MAX_DEVICES = 10

# Whoever is signed in on the device gets its messages: a token moves with the sign-in.
_REGISTER = Statement(
    """
    INSERT INTO device (id, user_id, token, platform)
    VALUES ($1::uuid, $2::uuid, $3::text, $4::text)
    ON CONFLICT (token) DO UPDATE SET user_id = excluded.user_id, platform = excluded.platform,
        seen_at = now(),
        id = CASE WHEN device.user_id = excluded.user_id THEN device.id ELSE excluded.id END
    RETURNING id
    """
)
_FORGET_OLDEST = Statement(
    """
    DELETE FROM device WHERE id IN (
        SELECT id FROM device WHERE user_id = $1::uuid ORDER BY seen_at DESC, id DESC
        OFFSET $2::int
    )
    """
)


def register_device(session: Session, *, user_id: UUID, token: str, platform: str) -> Device:
    """The device with that token, now the user's; beyond ten the longest unseen is forgotten."""
    rows = _REGISTER.rows(session, uuid7(), user_id, token, platform)
    _FORGET_OLDEST.run(session, user_id, MAX_DEVICES)
    return session.get_one(Device, rows[0][0])


def forget_device(session: Session, *, user_id: UUID, device_id: UUID) -> None:
    """Send nothing to it any more. Refused with DeviceNotFound if it is not theirs."""
    result: CursorResult[UUID] = session.execute(
        delete(Device).where(Device.id == device_id, Device.user_id == user_id)
    )  # type: ignore[assignment]  # a DELETE gives a CursorResult
    if not result.rowcount:
        raise DeviceNotFound("there is no such device")
