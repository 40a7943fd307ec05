"""Locations over HTTP."""

from functools import partial
from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import PROBLEM_REFERENCE, Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.inventory import queries
from services.inventory.commands import locations as commands
from services.inventory.models import Location
from services.inventory.schemas import (
    ChangeLocationSchema,
    CreateLocationSchema,
    LocationPageSchema,
    LocationSchema,
)

locations = Blueprint(
    "locations",
    __name__,
    url_prefix="/api/v1/inventory/locations",
    description="The places that hold stock.",
)
ONE = "/<id('loc'):location_id>"
_seen = partial(etag.check_if_match, required=True)


@locations.get("")
@access(roles=("admin",))
@locations.arguments(PageArgs, location="query")
@locations.response(200, LocationPageSchema)
def list_locations(args: dict[str, Any]) -> Page[Location]:
    """Locations, first choice first."""
    with reading() as session:
        return queries.list_locations(session, **args)


@locations.post("")
@access(roles=("admin",))
@locations.arguments(CreateLocationSchema)
@locations.response(201, LocationSchema)
def create_location(body: dict[str, Any]) -> Location:
    """Open a location."""
    with transaction() as session:
        return commands.create_location(session, **body)


@locations.get(ONE)
@access(roles=("admin",))
@locations.response(200, LocationSchema)
def get_location(location_id: UUID) -> Location:
    """One location."""
    with reading() as session:
        location = queries.get_location(session, location_id)
    etag.check_if_none_match(location.version)
    return location


@locations.patch(ONE)
@access(roles=("admin",))
@locations.arguments(ChangeLocationSchema)
@locations.alt_response(428, PROBLEM_REFERENCE)
@locations.response(200, LocationSchema)
def change_location(body: dict[str, Any], location_id: UUID) -> Location:
    """Rename a location, use it sooner or later, close it or open it again; needs If-Match."""
    with transaction() as session:
        return etag.marked(commands.change_location(session, location_id, body, _seen))


@locations.delete(ONE)
@access(roles=("admin",))
@locations.alt_response(428, PROBLEM_REFERENCE)
@locations.response(204)
def delete_location(location_id: UUID) -> None:
    """Forget a location that never held anything; needs If-Match."""
    with transaction() as session:
        commands.delete_location(session, location_id, _seen)
