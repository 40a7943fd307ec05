"""What users want to be told, and the devices that push messages go to, over HTTP."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.notifications.commands import devices as device_commands
from services.notifications.commands.preferences import write_preferences as write
from services.notifications.models.recipients import Device, Recipient
from services.notifications.queries import recipients as queries
from services.notifications.rules.preferences import (
    CHANNELS,
    TOPICS,
    Preferences,
    QuietHours,
    is_fixed,
)
from services.notifications.schemas.people import (
    DevicePageSchema,
    DeviceSchema,
    PreferencesSchema,
    RegisterDeviceSchema,
    WritePreferencesSchema,
)

people = Blueprint(
    "notification_people",
    __name__,
    url_prefix="/api/v1/notifications",
    description="What a user wants to be told, when and where.",
)


@people.get("/preferences")
@access(user=True, owns="notification preferences")
@people.response(200, PreferencesSchema)
def get_notification_preferences() -> dict[str, Any]:
    """What the caller is told over which channel, and when not."""
    with reading() as session:
        recipient = queries.find_recipient(session, user_id())
        choices = queries.list_choices(session, user_id())
    etag.check_if_none_match(recipient.version if recipient else 0)
    return _shown(recipient, choices)


@people.put("/preferences")
@access(user=True, owns="notification preferences")
@people.arguments(WritePreferencesSchema)
@people.response(200, PreferencesSchema)
def write_notification_preferences(body: dict[str, Any]) -> dict[str, Any]:
    """Replace the caller's choices; what is left out follows the defaults."""
    quiet = body["quiet_hours"]
    with transaction() as session:
        recipient = write(
            session,
            user_id=user_id(),
            choices=body["choices"],
            quiet=QuietHours(quiet["start"], quiet["end"], quiet["time_zone"]) if quiet else None,
            locale=body["locale"],
            check=partial(etag.check_if_match, required=False),
        )
        choices = queries.list_choices(session, user_id())
    etag.mark(recipient.version)
    return _shown(recipient, choices)


@people.get("/devices")
@access(user=True, owns="devices")
@people.arguments(PageArgs, location="query")
@people.response(200, DevicePageSchema)
def list_devices(args: dict[str, Any]) -> Page[Device]:
    """The caller's devices that push messages go to."""
    with reading() as session:
        return queries.list_devices(session, user_id=user_id(), **args)


@people.post("/devices")
@access(user=True, owns="devices")
@idempotent(required=False)
@people.arguments(RegisterDeviceSchema)
@people.response(201, DeviceSchema)
def register_device(body: dict[str, Any]) -> Response:
    """Send push messages to this device; the same token again is the same device."""
    with transaction() as session:
        return once(
            session,
            lambda: device_commands.register_device(session, user_id=user_id(), **body),
            schema=DeviceSchema,
            location=lambda one: f"/api/v1/notifications/devices/{ids.to_text('dev', one.id)}",
        )


@people.delete("/devices/<id('dev'):device_id>")
@access(user=True, owns="devices")
@people.response(204)
def forget_device(device_id: UUID) -> Response:
    """Send nothing to this device any more."""
    with transaction() as session:
        device_commands.forget_device(session, user_id=user_id(), device_id=device_id)
    return Response(status=204)


def _shown(recipient: Recipient | None, choices: dict[tuple[str, str], bool]) -> dict[str, Any]:
    preferences = Preferences(choices)
    quiet = None
    if recipient and recipient.time_zone:
        quiet = {
            "start": recipient.quiet_start,
            "end": recipient.quiet_end,
            "time_zone": recipient.time_zone,
        }
    return {
        "choices": [
            {
                "channel": channel,
                "topic": topic,
                "enabled": preferences.allows(channel, topic),
                "fixed": is_fixed(channel, topic),
            }
            for channel in CHANNELS
            for topic in TOPICS
        ],
        "quiet_hours": quiet,
        "locale": recipient.locale if recipient else None,
    }
