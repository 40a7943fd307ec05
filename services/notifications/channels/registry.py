"""What carries each channel in this process: made once, from its settings."""

from collections.abc import Mapping
from pathlib import Path

from services.notifications.channels.console import Console
from services.notifications.channels.fcm import Fcm
from services.notifications.channels.http import Http
from services.notifications.channels.port import Port
from services.notifications.channels.sendgrid import SendGrid
from services.notifications.channels.smtp import Smtp
from services.notifications.channels.twilio import Account, Twilio
from services.notifications.settings import NotificationsSettings

Ports = Mapping[str, Port]


def build(settings: NotificationsSettings) -> Ports:
    """The provider that the settings name for each channel, else the log."""
    http = Http()
    ports: dict[str, Port] = {"email": Console(), "sms": Console(), "push": Console()}
    if settings.smtp_url:
        ports["email"] = Smtp(settings.smtp_server(), settings.sender)
    elif settings.sendgrid_key:
        ports["email"] = SendGrid(
            http, url=settings.sendgrid_url, key=settings.sendgrid_key, sender=settings.sender
        )
    if settings.twilio_account:
        account = Account(settings.twilio_account, settings.twilio_token, settings.twilio_sender)
        ports["sms"] = Twilio(
            http, account, url=settings.twilio_url, public_url=settings.public_url
        )
    if settings.fcm_credentials:
        ports["push"] = Fcm(http, url=settings.fcm_url, credentials=Path(settings.fcm_credentials))
    return ports
