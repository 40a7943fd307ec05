"""Attribute definitions over HTTP."""

from typing import Any

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.catalog.commands import attributes as commands
from services.catalog.errors import BadAttribute
from services.catalog.models.tables import Attribute
from services.catalog.queries import attributes as queries
from services.catalog.schemas.attributes import (
    AttributePageSchema,
    AttributeSchema,
    ChangeAttributeSchema,
    CreateAttributeSchema,
)

attributes = Blueprint(
    "attributes",
    __name__,
    url_prefix="/api/v1/attributes",
    description="What products can be described and filtered by.",
)


@attributes.get("")
@access(public=True)
@attributes.arguments(PageArgs, location="query")
@attributes.response(200, AttributePageSchema)
def list_attributes(args: dict[str, Any]) -> Page[Attribute]:
    """All attributes by code."""
    with reading() as session:
        return queries.list_attributes(session, **args)


@attributes.get("/<code>")
@access(public=True)
@attributes.response(200, AttributeSchema)
def get_attribute(code: str) -> Attribute:
    """An attribute by its code."""
    with reading() as session:
        found = queries.get_attribute(session, code)
    etag.check_if_none_match(found.version)
    return found


@attributes.post("")
@access(roles=("admin",))
@idempotent(required=False)
@attributes.arguments(CreateAttributeSchema)
@attributes.response(201, AttributeSchema)
def create_attribute(body: dict[str, Any]) -> Response:
    """Define an attribute."""

    def work() -> Attribute:
        return commands.create_attribute(session, **body)

    with transaction() as session:
        return once(session, work, schema=AttributeSchema, location=_address)


@attributes.patch("/<code>")
@access(roles=("admin",))
@attributes.arguments(ChangeAttributeSchema)
@attributes.response(200, AttributeSchema)
def change_attribute(body: dict[str, Any], code: str) -> Attribute:
    """Rename an attribute, change its choices, or whether lists are filtered by it."""
    with transaction() as session:
        attribute = commands.lock_attribute(session, code)
        etag.check_if_match(attribute.version)
        if "choices" in body and attribute.type != "choice":
            raise BadAttribute("only a choice has choices")
        commands.change_attribute(session, attribute, body)
        return etag.marked(attribute)


@attributes.delete("/<code>")
@access(roles=("admin",))
@attributes.response(204)
def delete_attribute(code: str) -> None:
    """Remove an attribute that no product uses."""
    with transaction() as session:
        attribute = commands.lock_attribute(session, code)
        etag.check_if_match(attribute.version)
        commands.delete_attribute(session, attribute)


def _address(attribute: Attribute) -> str:
    return f"/api/v1/attributes/{attribute.code}"
