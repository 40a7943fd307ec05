"""The door for what providers tell of messages, and the addresses that it put out of use."""

from typing import Any, NoReturn
from uuid import UUID

from flask import Response, request

from libs import clock
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.errors import NotFound
from libs.http.blueprint import PROBLEM_REFERENCE, Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from libs.http.problems import Problem
from libs.service import service_settings
from services.notifications.channels import sendgrid, twilio
from services.notifications.channels.feedback import BadFeedback
from services.notifications.commands import feedback as commands
from services.notifications.metrics import count_feedback
from services.notifications.models.recipients import Suppression
from services.notifications.queries import recipients as queries
from services.notifications.schemas.people import (
    LiftSuppressionArgs,
    SuppressionPageSchema,
    TakenReportsSchema,
)
from services.notifications.settings import NotificationsSettings

_MAX_BODY = 262_144

feedback = Blueprint(
    "notification_feedback",
    __name__,
    url_prefix="/api/v1/notifications",
    description="What providers tell of messages, and addresses that are not used any more.",
)


@feedback.post("/feedback/sendgrid")
@access(public=True)
@feedback.response(200, TakenReportsSchema)
@feedback.alt_response(413, PROBLEM_REFERENCE)
def take_sendgrid_events() -> dict[str, int]:
    """Signed events of SendGrid, each counted once however often it is sent."""
    key = service_settings(NotificationsSettings).sendgrid_webhook_key
    if not key:
        _refuse_stranger()
    body = request.get_data()
    if len(body) > _MAX_BODY:
        raise Problem(413, "too_large", "A message of a provider is smaller than this.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        reports = sendgrid.read_events(key, headers, body)
    except BadFeedback as fault:
        raise _refused(fault) from fault
    return {"taken": _take(reports)}


@feedback.post("/feedback/twilio/<id('msg'):message_id>")
@access(public=True)
@feedback.response(200, TakenReportsSchema)
def take_twilio_status(message_id: UUID) -> dict[str, int]:
    """A signed status of a text, counted once however often it is sent."""
    settings = service_settings(NotificationsSettings)
    if not (settings.twilio_token and settings.public_url):
        _refuse_stranger()
    form = request.form.to_dict()
    url = twilio.status_url(settings.public_url, message_id)
    signature = request.headers.get(twilio.SIGNATURE, "")
    about = (message_id, clock.now())
    try:
        report = twilio.read_status(settings.twilio_token, url, signature, form, about)
    except BadFeedback as fault:
        raise _refused(fault) from fault
    return {"taken": _take([report] if report else [])}


@feedback.get("/suppressions")
@access(roles=("admin",))
@feedback.arguments(PageArgs, location="query")
@feedback.response(200, SuppressionPageSchema)
def list_suppressions(args: dict[str, Any]) -> Page[Suppression]:
    """Addresses that bounced for good, or whose owners complained."""
    with reading() as session:
        return queries.list_suppressions(session, **args)


@feedback.delete("/suppressions")
@access(roles=("admin",))
@feedback.arguments(LiftSuppressionArgs, location="query")
@feedback.response(204)
def lift_suppression(args: dict[str, Any]) -> Response:
    """Let an address be used again."""
    with transaction() as session:
        commands.lift_suppression(session, **args)
    return Response(status=204)


def _take(reports: list[Any]) -> int:
    taken = 0
    for report in reports:
        with transaction() as session:
            is_new = commands.take_report(session, report)
        if is_new:
            count_feedback(report.provider, report.kind)
            taken += 1
    return taken


def _refuse_stranger() -> NoReturn:
    raise NotFound("nobody would send messages to this address")


def _refused(fault: BadFeedback) -> Problem:
    return Problem(400, "notifications.feedback_refused", f"The message is refused: {fault}.")
