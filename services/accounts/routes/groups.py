"""Customer groups, for administrators."""

from typing import Any
from uuid import UUID

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id as caller_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs, page_schema
from services.accounts import queries
from services.accounts.commands import groups as commands
from services.accounts.models.people import CustomerGroup, GroupMember
from services.accounts.routes.caller import origin
from services.accounts.rules import ADMIN
from services.accounts.schemas.groups import (
    ChangeCustomerGroupSchema,
    CreateCustomerGroupSchema,
    CustomerGroupSchema,
    GroupMemberSchema,
)

PATH = "/api/v1/customer-groups"
MEMBER = "/<string:code>/members/<id('usr'):user_id>"
groups = Blueprint(
    "customer_groups", __name__, url_prefix=PATH, description="Customer groups, for admins."
)


@groups.get("")
@access(roles=(ADMIN,))
@groups.arguments(PageArgs, location="query")
@groups.response(200, page_schema(CustomerGroupSchema))
def list_customer_groups(args: dict[str, Any]) -> Page[CustomerGroup]:
    """All groups by their code."""
    with reading() as session:
        return queries.list_groups(session, **args)


@groups.post("")
@access(roles=(ADMIN,))
@idempotent(required=False)
@groups.arguments(CreateCustomerGroupSchema)
@groups.response(201, CustomerGroupSchema)
def create_customer_group(body: dict[str, Any]) -> Response:
    """Make a group."""
    with transaction() as session:
        return once(
            session,
            lambda: etag.marked(commands.create_group(session, body)),
            schema=CustomerGroupSchema,
            location=lambda group: f"{PATH}/{group.code}",
        )


@groups.get("/<string:code>")
@access(roles=(ADMIN,))
@groups.response(200, CustomerGroupSchema)
def get_customer_group(code: str) -> CustomerGroup:
    """One group."""
    with reading() as session:
        group = queries.get_group(session, code)
    etag.check_if_none_match(group.version)
    return group


@groups.patch("/<string:code>")
@access(roles=(ADMIN,))
@groups.arguments(ChangeCustomerGroupSchema)
@groups.response(200, CustomerGroupSchema)
def change_customer_group(body: dict[str, Any], code: str) -> CustomerGroup:
    """Rename a group."""
    with transaction() as session:
        group = commands.lock_group(session, code)
        etag.check_if_match(group.version)
        commands.change_group(group, body)
    return etag.marked(group)


@groups.delete("/<string:code>")
@access(roles=(ADMIN,))
@groups.response(204)
def delete_customer_group(code: str) -> None:
    """Delete a group that has no members."""
    with transaction() as session:
        commands.delete_group(session, code)


@groups.get("/<string:code>/members")
@access(roles=(ADMIN,))
@groups.arguments(PageArgs, location="query")
@groups.response(200, page_schema(GroupMemberSchema))
def list_group_members(args: dict[str, Any], code: str) -> Page[GroupMember]:
    """Who is in a group."""
    with reading() as session:
        return queries.list_members(session, code, **args)


@groups.put(MEMBER)
@access(roles=(ADMIN,))
@groups.response(204)
def add_group_member(code: str, user_id: UUID) -> None:
    """Put a user into a group."""
    with transaction() as session:
        commands.add_member(session, code, user_id, actor_id=caller_id(), origin=origin())


@groups.delete(MEMBER)
@access(roles=(ADMIN,))
@groups.response(204)
def remove_group_member(code: str, user_id: UUID) -> None:
    """Take a user out of a group."""
    with transaction() as session:
        commands.remove_member(session, code, user_id, actor_id=caller_id(), origin=origin())
