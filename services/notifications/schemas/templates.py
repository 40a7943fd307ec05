"""What goes into and comes out of the routes of templates."""

from libs.http.fields import Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.notifications.rendering import MAX_CHARACTERS
from services.notifications.rules.messages import MAX_SUBJECT
from services.notifications.schemas.data import DataField

_MAX_BODY = 20_000


class TemplateSchema(Schema):
    """One revision of a template."""

    id = Id("tpl", required=True)
    key = Text(required=True)
    channel = Text(required=True)
    locale = Text(required=True)
    revision = Integer(required=True)
    subject = Text(1, MAX_SUBJECT, required=True)
    body = Text(1, _MAX_BODY, required=True)
    html = Text(1, _MAX_BODY, required=True, allow_none=True)
    sample = DataField(required=True, allow_none=True)
    author = Text(required=True, allow_none=True)
    built_in = Flag(required=True)
    withdrawn_at = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class WriteTemplateSchema(Schema):
    """New words; `html` is for mail only, `sample` is data to try a template of your own on."""

    subject = Text(1, MAX_SUBJECT, required=True, metadata={"examples": ["Hello {{ name }}"]})
    body = Text(1, _MAX_BODY, required=True, metadata={"examples": ["Welcome, {{ name }}."]})
    html = Text(
        1,
        _MAX_BODY,
        allow_none=True,
        load_default=None,
        metadata={"examples": ["<p>Welcome, {{ name }}.</p>"]},
    )
    sample = DataField(load_default=None, metadata={"examples": [{"name": "Ada"}]})


class PreviewTemplateSchema(Schema):
    """Words that are not stored yet, or none for those in use; data, or none for the sample."""

    subject = Text(1, MAX_SUBJECT, load_default=None)
    body = Text(1, _MAX_BODY, load_default=None)
    html = Text(1, _MAX_BODY, load_default=None)
    data = DataField(load_default=None, metadata={"examples": [{"name": "Ada"}]})


class PreviewSchema(Schema):
    """What would be sent."""

    subject = Text(0, MAX_SUBJECT, required=True)
    body = Text(0, MAX_CHARACTERS, required=True)
    html = Text(0, MAX_CHARACTERS, required=True, allow_none=True)


TemplatePageSchema = page_schema(TemplateSchema)
