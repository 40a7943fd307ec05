"""What goes into and comes out of the routes of cms."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Id, Integer, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.cms.models import DocumentVersion
from services.cms.rules.places import KINDS, LOCALE_PATTERN, MAX_SLUG, SLUG_PATTERN
from services.cms.schemas.content import content

_STATES = ("draft", "scheduled", "published", "superseded", "archived")
_KIND = ma.validate.OneOf(KINDS)
_LOCALE = ma.validate.Regexp(LOCALE_PATTERN, error="Must be a locale such as en or pt-BR.")
_SLUG = ma.validate.Regexp(SLUG_PATTERN, error="Must be small letters, digits and single hyphens.")


class LocaleArgs(Schema):
    """The language wanted; without one, or where there is none, the default language."""

    locale = Text(2, 6, load_default=None, validate=_LOCALE)


class PagesArgs(PageArgs, LocaleArgs):
    """Pages of a language."""


class VersionsArgs(PageArgs):
    """Filters of the list of versions."""

    kind = Text(validate=_KIND, load_default=None)
    slug = Text(1, MAX_SLUG, validate=_SLUG, load_default=None)
    locale = Text(2, 6, validate=_LOCALE, load_default=None)
    state = Text(validate=ma.validate.OneOf(_STATES), load_default=None)


class CreateVersionSchema(Schema):
    """A draft; the type of its content says what it is a version of. Only pages have a slug."""

    slug = Text(1, MAX_SLUG, validate=_SLUG, load_default=None)
    locale = Text(2, 6, validate=_LOCALE, load_default=None)
    content = content()


class EditVersionSchema(Schema):
    """Replaces all of a draft's content."""

    content = content()


class ScheduleVersionSchema(Schema):
    """When to publish."""

    publish_at = Timestamp(required=True)


class _PlacedSchema(Schema):
    """What versions are shown with, wherever it is."""

    kind = Text(required=True, validate=_KIND)
    slug = Text(required=True, allow_none=True)
    locale = Text(required=True)

    @ma.pre_dump
    def shape(self, version: DocumentVersion, **_: Any) -> dict[str, Any]:
        """The version, with the place of its document."""
        document = version.document
        place = {
            "kind": document.kind,
            "slug": document.slug or None,
            "locale": document.locale,
        }
        names = self.fields.keys() - place.keys()
        return place | {name: getattr(version, name) for name in names}


class PublishedDocumentSchema(_PlacedSchema):
    """A document as it is shown; in a preview `published_at` may be null."""

    number = Integer(required=True)
    published_at = Timestamp(required=True, allow_none=True)
    content = content()


class PageEntrySchema(_PlacedSchema):
    """A page of which one may read more."""

    title = Text(required=True)
    description = Text(required=True, allow_none=True)
    number = Integer(required=True)
    published_at = Timestamp(required=True)


class VersionEntrySchema(_PlacedSchema):
    """A version of a document, without its content."""

    id = Id("ver", required=True)
    number = Integer(required=True)
    state = Text(required=True, validate=ma.validate.OneOf(_STATES))
    publish_at = Timestamp(required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)
    restored_from = Integer(required=True, allow_none=True)
    author = Id("usr", required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class DocumentVersionSchema(VersionEntrySchema):
    """A version of a document; `version` counts its changes and is its ETag."""

    content = content()


PageEntryPageSchema = page_schema(PageEntrySchema)
VersionEntryPageSchema = page_schema(VersionEntrySchema)
