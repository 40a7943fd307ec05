"""Locations over HTTP."""

from typing import Any

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.inventory import queries
from services.inventory.commands import locations as commands
from services.inventory.models import Location
from services.inventory.schemas import CreateLocationSchema, LocationPageSchema, LocationSchema

locations = Blueprint(
    "locations",
    __name__,
    url_prefix="/api/v1/inventory/locations",
    description="The places that hold stock.",
)


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
