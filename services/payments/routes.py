"""HTTP of payments: two views for administrators, and the door for the providers' messages."""

from typing import Any
from uuid import UUID

from flask import request

from libs import clock
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import PROBLEM_REFERENCE, Blueprint
from libs.http.operation import access
from libs.http.paging import page_schema
from libs.http.problems import Problem
from services.payments import queries
from services.payments.commands import webhooks
from services.payments.errors import UnknownWebhook
from services.payments.extension import providers
from services.payments.models import Payment
from services.payments.providers.port import BadWebhook
from services.payments.schemas import (
    PaymentDetailSchema,
    PaymentFilterSchema,
    PaymentSchema,
    TakenSchema,
)

_MAX_WEBHOOK = 262_144

payments = Blueprint(
    "payments", __name__, url_prefix="/api/v1/payments", description="Money of orders."
)


@payments.get("")
@access(roles=("admin",))
@payments.arguments(PaymentFilterSchema, location="query")
@payments.response(200, page_schema(PaymentSchema))
def list_payments(args: dict[str, Any]) -> Page[Payment]:
    """Payments, newest first; of one order with `order_id`."""
    with reading() as session:
        return queries.list_payments(session, **args)


@payments.get("/<id('pay'):payment_id>")
@access(roles=("admin",))
@payments.response(200, PaymentDetailSchema)
def get_payment(payment_id: UUID) -> Payment:
    """A payment with all that its provider said and every movement of its money."""
    with reading() as session:
        payment = queries.get_payment(session, payment_id)
    etag.check_if_none_match(payment.version)
    return payment


@payments.post("/webhooks/<provider_name>")
@access(public=True)
@payments.response(200, TakenSchema)
@payments.alt_response(413, PROBLEM_REFERENCE)
def take_webhook(provider_name: str) -> dict[str, bool]:
    """A signed message of a provider, counted once however often it is sent."""
    provider = providers().by_name.get(provider_name)
    if provider is None:
        raise UnknownWebhook("there is nobody who would send messages to this address")
    body = request.get_data()
    if len(body) > _MAX_WEBHOOK:
        raise Problem(413, "too_large", "A message of a provider is smaller than this.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        evidence = provider.read_webhook(headers, body, clock.now())
    except BadWebhook as fault:
        raise Problem(
            400, "payments.webhook_refused", f"The message is refused: {fault}."
        ) from fault
    with transaction() as session:
        webhooks.take_webhook(session, provider.name, evidence)
    return {"taken": True}
