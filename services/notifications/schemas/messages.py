"""What goes into and comes out of the routes of messages."""

import marshmallow as ma

from libs.http.fields import Email, Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.notifications.rendering import MAX_CHARACTERS
from services.notifications.rules.messages import LOCALE, MAX_SUBJECT, PHONE, TEMPLATE_KEY
from services.notifications.rules.preferences import CHANNELS
from services.notifications.schemas.data import DataField

_STATES = ("queued", "delivered", "failed", "bounced")
_SENT_TOPICS = ("service", "marketing")
# Longer than whatever a provider says about a message.
_LONGEST = 5000


class InboxArgs(PageArgs):
    """Filters of the user's notifications."""

    unread = ma.fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=None)


class HistoryArgs(PageArgs):
    """Filters of the history."""

    state = Text(validate=ma.validate.OneOf(_STATES), load_default=None)
    channel = Text(validate=ma.validate.OneOf(CHANNELS), load_default=None)
    template = Text(1, 64, validate=ma.validate.Regexp(TEMPLATE_KEY), load_default=None)
    user_id = Id("usr", load_default=None)


class NotificationSchema(Schema):
    """Something the user was told in the application."""

    id = Id("msg", required=True)
    kind = Text(required=True, attribute="template", allow_none=True)
    title = Text(0, MAX_SUBJECT, required=True, attribute="subject")
    text = Text(0, MAX_CHARACTERS, required=True, attribute="body")
    read_at = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class MarkNotificationSchema(Schema):
    """Whether the user has read it."""

    read = Flag(required=True, metadata={"examples": [True]})


class MarkedSchema(Schema):
    """How many notifications were unread until now."""

    marked = Integer(required=True)


class MessageSchema(Schema):
    """A message over any channel, and how far it has come."""

    id = Id("msg", required=True)
    template = Text(required=True, allow_none=True)
    topic = Text(required=True)
    channel = Text(required=True)
    user_id = Id("usr", required=True, allow_none=True)
    address = Text(required=True, allow_none=True, attribute="shown_address")
    subject = Text(0, MAX_SUBJECT, required=True)
    state = Text(required=True)
    attempts = Integer(required=True)
    provider = Text(0, required=True, allow_none=True)
    reference = Text(0, _LONGEST, required=True, allow_none=True)
    due_at = Timestamp(required=True)
    created_at = Timestamp(required=True)


class AttemptSchema(Schema):
    """One try to deliver a message; `reference` is the provider's own name for it."""

    number = Integer(required=True)
    state = Text(required=True)
    detail = Text(0, _LONGEST, required=True, allow_none=True)
    provider = Text(0, required=True, allow_none=True)
    reference = Text(0, _LONGEST, required=True, allow_none=True)
    started_at = Timestamp(required=True)
    ended_at = Timestamp(required=True, allow_none=True)


class FeedbackSchema(Schema):
    """What the provider said later about a message."""

    provider = Text(required=True)
    kind = Text(required=True)
    detail = Text(0, _LONGEST, required=True, allow_none=True)
    occurred_at = Timestamp(required=True)


class _SendSchema(Schema):
    """A template with its data, or ready words; the recipient is a user or a bare address."""

    user_id = Id("usr", load_default=None)
    template = Text(1, 64, validate=ma.validate.Regexp(TEMPLATE_KEY), load_default=None)
    data = DataField(load_default=None, metadata={"examples": [{"name": "Ada"}]})
    locale = Text(2, 5, validate=ma.validate.Regexp(LOCALE), load_default=None)
    topic = Text(validate=ma.validate.OneOf(_SENT_TOPICS), load_default="service")

    @ma.validates_schema
    def _is_whole(self, body: dict[str, object], **_: object) -> None:
        given = {name for name, value in body.items() if value is not None}
        words = given & {"subject", "title", "body"}
        if ("template" in given) == bool(words):
            raise ma.ValidationError("Give either a template or the words themselves.")
        if words and words != {"subject", "title", "body"} & set(self.fields):
            raise ma.ValidationError("The words are not complete.")
        if words and "data" in given:
            raise ma.ValidationError("Data are for a template.", "data")
        if "to" in self.fields and ("to" in given) == ("user_id" in given):
            raise ma.ValidationError("Give either a user or an address.")
        if body["topic"] == "marketing" and "user_id" not in given:
            raise ma.ValidationError("Marketing is for users, who may refuse it.", "topic")


class SendEmailSchema(_SendSchema):
    """A mail to a user, or to any address."""

    to = Email(
        load_default=None, metadata={"examples": ["ada@example.org"], "x-instead-of": "user_id"}
    )
    subject = Text(
        1,
        MAX_SUBJECT,
        load_default=None,
        metadata={"examples": ["Your parcel"], "x-instead-of": "template"},
    )
    body = Text(
        1,
        20_000,
        load_default=None,
        metadata={"examples": ["It is on its way."], "x-instead-of": "template"},
    )


class SendSmsSchema(_SendSchema):
    """A text to a user, or to any number."""

    to = Text(
        8,
        16,
        validate=ma.validate.Regexp(PHONE.pattern + r"\Z"),
        load_default=None,
        metadata={"examples": ["+4915112345678"], "x-instead-of": "user_id"},
    )
    body = Text(
        1,
        1600,
        load_default=None,
        metadata={"examples": ["Your parcel is here."], "x-instead-of": "template"},
    )


class SendPushSchema(_SendSchema):
    """A push message to all devices of a user."""

    user_id = Id("usr", required=True)
    title = Text(
        1,
        MAX_SUBJECT,
        load_default=None,
        metadata={"examples": ["Your parcel"], "x-instead-of": "template"},
    )
    body = Text(
        1,
        1000,
        load_default=None,
        metadata={"examples": ["It is on its way."], "x-instead-of": "template"},
    )


class SentSchema(Schema):
    """The messages that were queued: one for each address."""

    messages = ma.fields.List(ma.fields.Nested(MessageSchema), required=True)


NotificationPageSchema = page_schema(NotificationSchema)
MessagePageSchema = page_schema(MessageSchema)
AttemptPageSchema = page_schema(AttemptSchema)
FeedbackPageSchema = page_schema(FeedbackSchema)
