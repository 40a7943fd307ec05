"""Events on the web."""

from libs.http.app import WebService
from services.events.routes import events
from services.events.settings import EventsSettings

WEB = WebService(
    name="events",
    prefixes=("/api/v1/events",),
    blueprints=(events,),
    settings=EventsSettings,
)
