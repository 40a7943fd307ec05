"""The words of notices, over HTTP."""

from functools import partial
from typing import Any

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.notifications.commands import templates as commands
from services.notifications.commands.templates import Place
from services.notifications.models.messages import Template
from services.notifications.queries import templates as queries
from services.notifications.rendering import Words
from services.notifications.schemas.templates import (
    PreviewSchema,
    PreviewTemplateSchema,
    TemplatePageSchema,
    TemplateSchema,
    WriteTemplateSchema,
)

templates = Blueprint(
    "notification_templates",
    __name__,
    url_prefix="/api/v1/notifications/templates",
    description="The words of notices, in revisions.",
)


@templates.get("")
@access(roles=("admin",))
@templates.arguments(PageArgs, location="query")
@templates.response(200, TemplatePageSchema)
def list_templates(args: dict[str, Any]) -> Page[Template]:
    """The revision in use of every template."""
    with reading() as session:
        return queries.list_templates(session, **args)


@templates.get("/<key>/<channel>/<locale>")
@access(roles=("admin",))
@templates.response(200, TemplateSchema)
def get_template(key: str, channel: str, locale: str) -> Template:
    """The revision of a template that is in use."""
    with reading() as session:
        template = queries.get_template(session, key, channel, locale)
    etag.check_if_none_match(template.revision)
    return template


@templates.get("/<key>/<channel>/<locale>/revisions")
@access(roles=("admin",))
@templates.arguments(PageArgs, location="query")
@templates.response(200, TemplatePageSchema)
def list_template_revisions(
    args: dict[str, Any], key: str, channel: str, locale: str
) -> Page[Template]:
    """Every revision of a template, newest first, those that were withdrawn included."""
    with reading() as session:
        return queries.list_revisions(session, key=key, channel=channel, locale=locale, **args)


@templates.put("/<key>/<channel>/<locale>")
@access(roles=("admin",))
@templates.arguments(WriteTemplateSchema)
@templates.response(200, TemplateSchema)
def write_template(body: dict[str, Any], key: str, channel: str, locale: str) -> Template:
    """Write a new revision of a template; messages from now on use it."""
    sample = body.pop("sample")
    with transaction() as session:
        template = commands.write_template(
            session,
            place=Place(key, channel, locale),
            words=Words(**body),
            sample=sample,
            author=ids.to_text("usr", user_id()),
            check=partial(etag.check_if_match, required=False),
        )
        etag.mark(template.revision)
        return template


@templates.delete("/<key>/<channel>/<locale>")
@access(roles=("admin",))
@templates.response(204)
def withdraw_template(key: str, channel: str, locale: str) -> Response:
    """Take a template out of use, or go back to the words that came with the program."""
    with transaction() as session:
        commands.withdraw_template(
            session,
            place=Place(key, channel, locale),
            check=partial(etag.check_if_match, required=False),
        )
    return Response(status=204)


@templates.post("/<key>/<channel>/<locale>/preview")
@access(roles=("admin",))
@templates.arguments(PreviewTemplateSchema)
@templates.response(200, PreviewSchema)
def preview_template(body: dict[str, Any], key: str, channel: str, locale: str) -> Words:
    """What would be sent; nothing is stored. Without words those in use are shown."""
    data = body.pop("data")
    given = Words(body["subject"] or "", body["body"] or "", body["html"])
    with reading() as session:
        return commands.preview_template(
            session,
            place=Place(key, channel, locale),
            words=given if any(body.values()) else None,
            data=data,
        )
