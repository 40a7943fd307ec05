"""The words of notices, over HTTP."""

from functools import partial
from typing import Any

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.notifications import queries
from services.notifications.commands.templates import write_template as write
from services.notifications.models import Template
from services.notifications.rendering import Words
from services.notifications.schemas import (
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
    """The newest revision of every template."""
    with reading() as session:
        return queries.list_templates(session, **args)


@templates.put("/<key>/<channel>/<locale>")
@access(roles=("admin",))
@templates.arguments(WriteTemplateSchema)
@templates.response(200, TemplateSchema)
def write_template(body: dict[str, Any], key: str, channel: str, locale: str) -> Template:
    """Write a new revision of a template; notices from now on use it."""
    with transaction() as session:
        template = write(
            session,
            place=(key, channel, locale),
            words=Words(**body),
            author=ids.to_text("usr", user_id()),
            check=partial(etag.check_if_match, required=False),
        )
        etag.mark(template.revision)
        return template
