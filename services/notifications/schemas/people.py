"""What goes into and comes out of the routes of preferences, devices and suppressions."""

import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma

from libs.http.fields import Email, Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.notifications.rules.messages import LOCALE
from services.notifications.rules.preferences import CHANNELS, TOPICS

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PLATFORMS = ("android", "ios", "web")


class ClockField(ma.fields.String):
    """`22:30` outside, minutes since midnight inside."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:  # type: ignore[override]
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            raise ma.ValidationError("Must be a time of day such as 22:30.")
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else "{:02}:{:02}".format(*divmod(value, 60))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_zone(name: str) -> None:
    if name not in _zones():
        raise ma.ValidationError("Must be a time zone such as Europe/Berlin.")


class QuietHoursSchema(Schema):
    """From when to when in that time zone nothing is sent that can wait; may span midnight."""

    start = ClockField(required=True, metadata={"examples": ["22:00"]})
    end = ClockField(required=True, metadata={"examples": ["07:00"]})
    time_zone = Text(
        1, 64, required=True, validate=_is_zone, metadata={"examples": ["Europe/Berlin"]}
    )

    @ma.validates_schema
    def _is_a_span(self, body: dict[str, Any], **_: Any) -> None:
        if body["start"] == body["end"]:
            raise ma.ValidationError("Must end at another time than it starts.", "end")


class ChoiceSchema(Schema):
    """Whether the user is told about a topic over a channel."""

    channel = Text(required=True, validate=ma.validate.OneOf(CHANNELS))
    topic = Text(required=True, validate=ma.validate.OneOf(TOPICS))
    enabled = Flag(required=True)


class EffectiveChoiceSchema(ChoiceSchema):
    """What holds now; `fixed` if it cannot be chosen."""

    fixed = Flag(required=True)


class WritePreferencesSchema(Schema):
    """All that the user chooses; what is not named follows the defaults."""

    choices = ma.fields.List(
        ma.fields.Nested(ChoiceSchema),
        required=True,
        validate=ma.validate.Length(max=len(CHANNELS) * len(TOPICS)),
        metadata={"examples": [[{"channel": "sms", "topic": "orders", "enabled": True}]]},
    )
    quiet_hours = ma.fields.Nested(QuietHoursSchema, allow_none=True, load_default=None)
    locale = Text(
        2,
        5,
        validate=ma.validate.Regexp(LOCALE.pattern + r"\Z"),
        allow_none=True,
        load_default=None,
        metadata={"examples": ["de-AT"]},
    )

    @ma.validates_schema
    def _says_each_once(self, body: dict[str, Any], **_: Any) -> None:
        pairs = [(one["channel"], one["topic"]) for one in body["choices"]]
        if len(set(pairs)) < len(pairs):
            raise ma.ValidationError("Each pair of channel and topic may be named once.", "choices")


class PreferencesSchema(Schema):
    """What holds for the user now, for every channel and topic."""

    choices = ma.fields.List(ma.fields.Nested(EffectiveChoiceSchema), required=True)
    quiet_hours = ma.fields.Nested(QuietHoursSchema, required=True, allow_none=True)
    locale = Text(required=True, allow_none=True)


class RegisterDeviceSchema(Schema):
    """The token that the push service gave to an installed app."""

    token = Text(
        16,
        4096,
        required=True,
        validate=ma.validate.Regexp(r"[\x21-\x7e]+\Z"),
        metadata={"examples": ["dGhlIHRva2VuIG9mIGEgZGV2aWNl"]},
    )
    platform = Text(
        required=True, validate=ma.validate.OneOf(_PLATFORMS), metadata={"examples": ["android"]}
    )


class DeviceSchema(Schema):
    """A device that push messages go to; its token is not shown again."""

    id = Id("dev", required=True)
    platform = Text(required=True)
    seen_at = Timestamp(required=True)
    created_at = Timestamp(required=True)


class SuppressionSchema(Schema):
    """An address that nothing is sent to any more."""

    channel = Text(required=True)
    address = Text(required=True)
    reason = Text(required=True)
    created_at = Timestamp(required=True)


class LiftSuppressionArgs(Schema):
    """Which address may be used again."""

    channel = Text(required=True, validate=ma.validate.OneOf(("email", "sms")))
    address = Email(required=True, metadata={"examples": ["ada@example.org"]})


class TakenReportsSchema(Schema):
    """How many of the reports were new."""

    taken = Integer(required=True)


DevicePageSchema = page_schema(DeviceSchema)
SuppressionPageSchema = page_schema(SuppressionSchema)
