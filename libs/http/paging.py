"""Lists: what a page looks like and how the next one is asked for."""

from typing import Any

import marshmallow as ma

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


def page_schema(item: type[ma.Schema]) -> type[ma.Schema]:
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
    return type(f"{name}PageSchema", (Schema,), members)
