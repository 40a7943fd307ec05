"""The signed-in user's address book."""

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
from libs.http.paging import PageArgs, page_schema
from services.accounts import queries
from services.accounts.commands import addresses as commands
from services.accounts.commands.users import lock_user
from services.accounts.models.people import Address
from services.accounts.schemas.addresses import (
    AddressSchema,
    ChangeAddressSchema,
    WriteAddressSchema,
)

PATH = "/api/v1/accounts/addresses"
ONE = "/<id('adr'):address_id>"
addresses = Blueprint(
    "addresses", __name__, url_prefix=PATH, description="The caller's address book."
)


@addresses.get("")
@access(user=True, owns="addresses")
@addresses.arguments(PageArgs, location="query")
@addresses.response(200, page_schema(AddressSchema))
def list_addresses(args: dict[str, Any]) -> Page[Address]:
    """The caller's addresses, newest first."""
    with reading() as session:
        return queries.list_addresses(session, user_id=user_id(), **args)


@addresses.post("")
@access(user=True, owns="addresses")
@idempotent(required=False)
@addresses.arguments(WriteAddressSchema)
@addresses.response(201, AddressSchema)
def add_address(body: dict[str, Any]) -> Response:
    """Add an address to the caller's book."""
    with transaction() as session:
        lock_user(session, user_id())
        return once(
            session,
            lambda: etag.marked(commands.add_address(session, user_id(), body)),
            schema=AddressSchema,
            location=lambda address: f"{PATH}/{ids.to_text('adr', address.id)}",
        )


@addresses.get(ONE)
@access(user=True, owns="addresses")
@addresses.response(200, AddressSchema)
def get_address(address_id: UUID) -> Address:
    """One address of the caller's."""
    with reading() as session:
        address = queries.get_address(session, user_id(), address_id)
    etag.check_if_none_match(address.version)
    return address


@addresses.put(ONE)
@access(user=True, owns="addresses")
@addresses.arguments(WriteAddressSchema)
@addresses.response(200, AddressSchema)
def replace_address(body: dict[str, Any], address_id: UUID) -> Address:
    """Replace an address as a whole."""
    return _write(body, address_id)


@addresses.patch(ONE)
@access(user=True, owns="addresses")
@addresses.arguments(ChangeAddressSchema)
@addresses.response(200, AddressSchema)
def change_address(body: dict[str, Any], address_id: UUID) -> Address:
    """Change the given fields of an address."""
    return _write(body, address_id)


@addresses.delete(ONE)
@access(user=True, owns="addresses")
@addresses.response(204)
def delete_address(address_id: UUID) -> None:
    """Remove an address; orders keep their copies."""
    with transaction() as session:
        lock_user(session, user_id())
        address = commands.lock_address(session, user_id(), address_id)
        etag.check_if_match(address.version)
        commands.delete_address(session, address)


def _write(changes: dict[str, Any], address_id: UUID) -> Address:
    with transaction() as session:
        lock_user(session, user_id())
        address = commands.lock_address(session, user_id(), address_id)
        etag.check_if_match(address.version)
        commands.change_address(session, address, changes)
    return etag.marked(address)
