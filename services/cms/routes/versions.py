"""The versions of documents, over HTTP, for administrators."""

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
from libs.service import service_settings
from services.cms import queries
from services.cms.commands import drafts, publication
from services.cms.models import DocumentVersion
from services.cms.rules.places import place_of
from services.cms.schemas.documents import (
    CreateVersionSchema,
    DocumentVersionSchema,
    EditVersionSchema,
    PublishedDocumentSchema,
    ScheduleVersionSchema,
    VersionEntryPageSchema,
    VersionsArgs,
)
from services.cms.settings import CmsSettings

URL = "/api/v1/cms/versions"
ONE = "/<id('ver'):version_id>"

versions = Blueprint(
    "cms_versions", __name__, url_prefix=URL, description="Drafts, what is public, and what was."
)


@versions.get("")
@access(roles=("admin",))
@versions.arguments(VersionsArgs, location="query")
@versions.response(200, VersionEntryPageSchema)
def list_document_versions(args: dict[str, Any]) -> Page[DocumentVersion]:
    """Versions without their content, newest first."""
    with reading() as session:
        return queries.list_versions(session, **args)


@versions.post("")
@access(roles=("admin",))
@idempotent(required=False)
@versions.arguments(CreateVersionSchema)
@versions.response(201, DocumentVersionSchema)
def create_document_version(body: dict[str, Any]) -> Response:
    """Write a draft."""
    locale = body["locale"] or service_settings(CmsSettings).locale
    content = body["content"]
    place = place_of(content["type"], body["slug"], locale)
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(drafts.create_version(session, place, content, user_id())),
            schema=DocumentVersionSchema,
            location=_location,
        )


@versions.get(ONE)
@access(roles=("admin",))
@versions.response(200, DocumentVersionSchema)
def get_document_version(version_id: UUID) -> DocumentVersion:
    """One version with its content."""
    with reading() as session:
        version = queries.get_version(session, version_id)
    etag.check_if_none_match(version.version)
    return version


@versions.get(f"{ONE}/preview")
@access(roles=("admin",))
@versions.response(200, PublishedDocumentSchema)
def preview_document_version(version_id: UUID) -> DocumentVersion:
    """The version as everybody would see it."""
    with reading() as session:
        return etag.marked(queries.get_version(session, version_id))


@versions.put(ONE)
@access(roles=("admin",))
@versions.arguments(EditVersionSchema)
@versions.response(200, DocumentVersionSchema)
def edit_document_version(body: dict[str, Any], version_id: UUID) -> DocumentVersion:
    """Replace a draft's content; If-Match says which draft was read."""
    with transaction() as session:
        return etag.marked(drafts.edit_version(session, version_id, body["content"], _must_match))


@versions.post(f"{ONE}/publish")
@access(roles=("admin",))
@versions.response(200, DocumentVersionSchema)
def publish_document_version(version_id: UUID) -> DocumentVersion:
    """Make a version public now."""
    with transaction() as session:
        return etag.marked(publication.publish_version(session, version_id, etag.check_if_match))


@versions.put(f"{ONE}/schedule")
@access(roles=("admin",))
@versions.arguments(ScheduleVersionSchema)
@versions.response(200, DocumentVersionSchema)
def schedule_document_version(body: dict[str, Any], version_id: UUID) -> DocumentVersion:
    """Let a version become public later."""
    with transaction() as session:
        return etag.marked(
            publication.schedule_version(
                session, version_id, body["publish_at"], etag.check_if_match
            )
        )


@versions.delete(f"{ONE}/schedule")
@access(roles=("admin",))
@versions.response(200, DocumentVersionSchema)
def unschedule_document_version(version_id: UUID) -> DocumentVersion:
    """Make a scheduled version a draft again."""
    with transaction() as session:
        return etag.marked(publication.unschedule_version(session, version_id, etag.check_if_match))


@versions.post(f"{ONE}/roll-back")
@access(roles=("admin",))
@idempotent(required=False)
@versions.response(201, DocumentVersionSchema)
def roll_back_document_version(version_id: UUID) -> Response:
    """Publish the content of a former version again, as a new version."""
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(publication.roll_back(session, version_id, user_id())),
            schema=DocumentVersionSchema,
            location=_location,
        )


@versions.post(f"{ONE}/archive")
@access(roles=("admin",))
@versions.response(200, DocumentVersionSchema)
def archive_document_version(version_id: UUID) -> DocumentVersion:
    """Put a version away; what was public is shown no more."""
    with transaction() as session:
        return etag.marked(publication.archive_version(session, version_id, etag.check_if_match))


def _must_match(version: int) -> None:
    etag.check_if_match(version, required=True)


def _location(version: DocumentVersion) -> str:
    return f"{URL}/{ids.to_text('ver', version.id)}"
