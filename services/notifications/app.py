"""Notifications on the web."""

from libs.http.app import WebService
from services.notifications.routes.feedback import feedback
from services.notifications.routes.history import history
from services.notifications.routes.inbox import inbox
from services.notifications.routes.people import people
from services.notifications.routes.sending import sending
from services.notifications.routes.stream import stream
from services.notifications.routes.templates import templates
from services.notifications.settings import NotificationsSettings

WEB = WebService(
    name="notifications",
    prefixes=("/api/v1/notifications",),
    blueprints=(inbox, history, templates, sending, people, feedback, stream),
    settings=NotificationsSettings,
)
