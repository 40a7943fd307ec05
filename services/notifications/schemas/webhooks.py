"""What goes into and comes out of the routes of webhooks."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Id, Integer, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from libs.outbound.addresses import MAX_URL
from services.notifications.rules.webhooks import EVENT_TYPES, PATTERNS, TEST_EVENT
from services.notifications.schemas.data import DataField

_STATES = ("queued", "delivered", "failed")
# Longer than what is kept of an answer.
_LONGEST = 2000
_A_DAY, _A_WEEK = 86_400, 7 * 86_400


def _url(**options: Any) -> Text:
    return Text(1, MAX_URL, metadata={"examples": ["https://shop.example.org/hooks"]}, **options)


def _events(**options: Any) -> ma.fields.List[Any]:
    return ma.fields.List(
        Text(validate=ma.validate.OneOf(PATTERNS)),
        validate=ma.validate.Length(1, len(PATTERNS)),
        metadata={"examples": [["order.*", "stock.changed"]]},
        **options,
    )


class CreateEndpointSchema(Schema):
    """Where events are to be sent, and which."""

    url = _url(required=True)
    description = Text(0, 500, load_default="", metadata={"examples": ["The warehouse"]})
    events = _events(load_default=["*"])


class ChangeEndpointSchema(Schema):
    """What is to be changed; `disabled` stops everything until it is `enabled` again."""

    url = _url()
    description = Text(0, 500)
    events = _events()
    state = Text(validate=ma.validate.OneOf(("enabled", "disabled")))


class EndpointSchema(Schema):
    """An endpoint; its secret is not shown."""

    id = Id("whe", required=True)
    url = Text(1, MAX_URL, required=True)
    description = Text(0, 500, required=True)
    events = ma.fields.List(Text(), required=True)
    state = Text(required=True)
    disabled_reason = Text(1, _LONGEST, required=True, allow_none=True)
    failing_since = Timestamp(required=True, allow_none=True)
    failures = Integer(required=True)
    paused_until = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class CreatedEndpointSchema(EndpointSchema):
    """A new endpoint with the secret that signs what it is sent; it is shown this once."""

    secret = Text(required=True)


class RotateSecretSchema(Schema):
    """How long the secret until now signs beside the new one."""

    overlap_seconds = Integer(minimum=0, maximum=_A_WEEK, load_default=_A_DAY)


class RotatedSecretSchema(Schema):
    """The new secret, shown this once, and when the one before ends."""

    secret = Text(required=True)
    previous_until = Timestamp(required=True)


class RecoverSchema(Schema):
    """Since when."""

    since = Timestamp(required=True, metadata={"examples": ["2026-01-31T12:00:00.000Z"]})


class RecoveredSchema(Schema):
    """How many deliveries are sent again."""

    queued = Integer(required=True)


class DeliveryArgs(PageArgs):
    """Filters of an endpoint's deliveries."""

    state = Text(validate=ma.validate.OneOf(_STATES), load_default=None)


class EventArgs(PageArgs):
    """Filters of the events."""

    type = Text(validate=ma.validate.OneOf((*EVENT_TYPES, TEST_EVENT)), load_default=None)
    since = Timestamp(load_default=None)


class WebhookDeliverySchema(Schema):
    """One event for one endpoint, and how far it has come."""

    id = Id("whd", required=True)
    endpoint_id = Id("whe", required=True)
    event_id = Id("evt", required=True)
    state = Text(required=True)
    attempts = Integer(required=True)
    due_at = Timestamp(required=True)
    created_at = Timestamp(required=True)


class WebhookAttemptSchema(Schema):
    """One request, and the beginning of its answer."""

    number = Integer(required=True)
    state = Text(required=True)
    status = Integer(required=True, allow_none=True)
    detail = Text(0, _LONGEST, required=True, allow_none=True)
    response = Text(0, _LONGEST, required=True, allow_none=True)
    started_at = Timestamp(required=True)
    ended_at = Timestamp(required=True, allow_none=True)


class WebhookEventSchema(Schema):
    """What happened; `id` is the `webhook-id` of every request that tells it."""

    id = Id("evt", required=True)
    type = Text(required=True)
    sequence = Integer(required=True)
    ordering_key = Text(required=True)
    data = DataField(required=True)
    created_at = Timestamp(required=True)


class EventTypesSchema(Schema):
    """The types of events, and the patterns that an endpoint may name."""

    types = ma.fields.List(Text(), required=True)
    patterns = ma.fields.List(Text(), required=True)


EndpointPageSchema = page_schema(EndpointSchema)
WebhookDeliveryPageSchema = page_schema(WebhookDeliverySchema)
WebhookAttemptPageSchema = page_schema(WebhookAttemptSchema)
WebhookEventPageSchema = page_schema(WebhookEventSchema)
