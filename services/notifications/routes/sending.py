"""Administrators send messages of their own, over HTTP."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from libs import ids
from libs.db.transaction import transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.service import service_settings
from services.notifications.commands.reach import Reach, find_reach, stranger
from services.notifications.commands.sending import Content, send
from services.notifications.rendering import Words
from services.notifications.rules.preferences import Channel
from services.notifications.schemas.messages import (
    SendEmailSchema,
    SendPushSchema,
    SendSmsSchema,
    SentSchema,
)
from services.notifications.settings import NotificationsSettings

sending = Blueprint(
    "notification_sending",
    __name__,
    url_prefix="/api/v1/notifications",
    description="Messages that an administrator sends.",
)


@sending.post("/email")
@access(roles=("admin",))
@idempotent(required=False)
@sending.arguments(SendEmailSchema)
@sending.response(202, SentSchema)
def send_email(body: dict[str, Any]) -> Response:
    """Send a mail to a user or an address: a template, or words of your own."""
    return _send("email", body)


@sending.post("/sms")
@access(roles=("admin",))
@idempotent(required=False)
@sending.arguments(SendSmsSchema)
@sending.response(202, SentSchema)
def send_sms(body: dict[str, Any]) -> Response:
    """Send a text to a user or a number: a template, or words of your own."""
    return _send("sms", body)


@sending.post("/push")
@access(roles=("admin",))
@idempotent(required=False)
@sending.arguments(SendPushSchema)
@sending.response(202, SentSchema)
def send_push(body: dict[str, Any]) -> Response:
    """Send a push message to every device of a user: a template, or words of your own."""
    return _send("push", body)


def _send(channel: Channel, body: dict[str, Any]) -> Response:
    settings = service_settings(NotificationsSettings)

    def work(session: Session) -> dict[str, Any]:
        reach = _reach(session, channel, body)
        made = send(
            session,
            channel=channel,
            reach=reach,
            topic=body["topic"],
            content=_content(body),
            locales=(body["locale"], reach.preferences.locale, settings.locale),
        )
        return {"messages": made}

    with transaction() as session:
        return once(
            session,
            lambda: work(session),
            schema=SentSchema,
            status=202,
            location=lambda sent: f"/api/v1/notifications/history/{_text(sent)}",
        )


def _reach(session: Session, channel: Channel, body: dict[str, Any]) -> Reach:
    if body["user_id"]:
        return find_reach(session, body["user_id"])
    return stranger(email=body["to"]) if channel == "email" else stranger(phone=body["to"])


def _content(body: dict[str, Any]) -> Content:
    if body["template"]:
        return Content(None, body["template"], body["data"] or {})
    subject = body.get("subject") or body.get("title") or ""
    return Content(Words(subject, body["body"], None), None, {})


def _text(sent: dict[str, Any]) -> str:
    return ids.to_text("msg", sent["messages"][0].id)
