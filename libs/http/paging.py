"""Lists: what a page looks like and how the next one is asked for."""

from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import request

from libs.db.page import Page
from libs.http.fields import QueryInteger, Schema, Text


class PageArgs(Schema):
    """`?limit=&cursor=`; lists with filters inherit from it."""

    limit = QueryInteger(minimum=1, maximum=100, load_default=20)
    cursor = Text(1, 500, load_default=None)


class PageLinksSchema(Schema):
    """Opaque cursors; null where the list ends."""

    next = Text(allow_none=True)
    prev = Text(allow_none=True)
    has_more = ma.fields.Boolean()


class PageSchema(Schema):
    """Any page; `Blueprint.response` adds the Link header to answers of this schema."""


def page_schema(item: type[ma.Schema]) -> type[PageSchema]:
    """The schema of a `Page` of those items: `{data: [...], page: {next, prev, has_more}}`."""

    def shape(_schema: ma.Schema, page: Page[Any], **_: Any) -> dict[str, Any]:
        links = {"next": page.next, "prev": page.prev, "has_more": page.next is not None}
        return {"data": page.items, "page": links}

    name = item.__name__.removesuffix("Schema")
    members = {
        "data": ma.fields.List(ma.fields.Nested(item), required=True),
        "page": ma.fields.Nested(PageLinksSchema, required=True),
        "_shape": ma.pre_dump(shape),
        "__doc__": f"A page of {name}.",
    }
    return type(f"{name}PageSchema", (PageSchema,), members)


def link_header(page: Page[Any]) -> dict[str, str]:
    """The current URL with the cursors of the neighbours (RFC 8288)."""
    found = {"next": page.next, "prev": page.prev}
    links = [f'<{_with_cursor(cursor)}>; rel="{rel}"' for rel, cursor in found.items() if cursor]
    return {"Link": ", ".join(links)} if links else {}


def _with_cursor(cursor: str) -> str:
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.path}?{urlencode([*query, ('cursor', cursor)])}"
