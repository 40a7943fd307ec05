"""Notifications on the web."""

from libs.http.app import WebService
from services.notifications.routes.feedback import feedback
from services.notifications.routes.history import history
from services.notifications.routes.inbox import inbox
from services.notifications.routes.people import people
from services.notifications.routes.sending import sending
from services.notifications.routes.stream import stream
from services.notifications.routes.templates import templates
from services.notifications.routes.webhook_deliveries import webhook_deliveries
from services.notifications.routes.webhook_endpoints import webhook_endpoints
from services.notifications.settings import NotificationsSettings

WEB = WebService(
    name="notifications",
    prefixes=("/api/v1/notifications", "/api/v1/webhooks"),
    blueprints=(
        *(inbox, history, templates, sending, people, feedback, stream),
        *(webhook_endpoints, webhook_deliveries),
    ),
    settings=NotificationsSettings,
)
