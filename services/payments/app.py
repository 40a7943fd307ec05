"""The HTTP side of payments."""

from libs.http.app import WebService
from services.payments.routes import payments
from services.payments.settings import PaymentsSettings

WEB = WebService(
    name="payments",
    prefixes=("/api/v1/payments",),
    blueprints=(payments,),
    settings=PaymentsSettings,
)
