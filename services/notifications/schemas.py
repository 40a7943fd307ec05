"""What goes into and comes out of the routes of notifications."""

import marshmallow as ma

from libs.http.fields import Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.notifications.rules import CHANNELS, MAX_SUBJECT, SAMPLES

_STATES = ("queued", "delivered", "failed")


class InboxArgs(PageArgs):
    """Filters of the user's notifications."""

    unread = ma.fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=None)


class HistoryArgs(PageArgs):
    """Filters of the history."""

    state = Text(validate=ma.validate.OneOf(_STATES), load_default=None)
    channel = Text(validate=ma.validate.OneOf(CHANNELS), load_default=None)
    template = Text(validate=ma.validate.OneOf(tuple(SAMPLES)), load_default=None)


class NotificationSchema(Schema):
    """Something the user was told in the application."""

    id = Id("msg", required=True)
    kind = Text(required=True, attribute="template")
    title = Text(required=True, attribute="subject")
    text = Text(required=True, attribute="body")
    read_at = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class MarkNotificationSchema(Schema):
    """Whether the user has read it."""

    read = Flag(required=True)


class MarkedSchema(Schema):
    """How many notifications were unread until now."""

    marked = Integer(required=True)


class MessageSchema(Schema):
    """A message over any channel, and how far it has come."""

    id = Id("msg", required=True)
    template = Text(required=True)
    channel = Text(required=True)
    user_id = Id("usr", required=True, allow_none=True)
    address = Text(required=True, allow_none=True)
    subject = Text(required=True)
    state = Text(required=True)
    attempts = Integer(required=True)
    created_at = Timestamp(required=True)


class AttemptSchema(Schema):
    """One try to deliver a message."""

    number = Integer(required=True)
    state = Text(required=True)
    detail = Text(required=True, allow_none=True)
    started_at = Timestamp(required=True)
    ended_at = Timestamp(required=True, allow_none=True)


class TemplateSchema(Schema):
    """The newest revision of a template."""

    id = Id("tpl", required=True)
    key = Text(required=True)
    channel = Text(required=True)
    locale = Text(required=True)
    revision = Integer(required=True)
    subject = Text(required=True)
    body = Text(required=True)
    html = Text(required=True, allow_none=True)
    author = Text(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class WriteTemplateSchema(Schema):
    """New words; `html` is for mail only."""

    subject = Text(1, MAX_SUBJECT, required=True)
    body = Text(1, 20_000, required=True)
    html = Text(1, 20_000, allow_none=True, load_default=None)


NotificationPageSchema = page_schema(NotificationSchema)
MessagePageSchema = page_schema(MessageSchema)
AttemptPageSchema = page_schema(AttemptSchema)
TemplatePageSchema = page_schema(TemplateSchema)
