"""Where mail goes."""

import pytest

from libs.settings import SettingsError
from services.notifications.settings import NotificationsSettings, SmtpServer


def settings(url: str) -> NotificationsSettings:
    return NotificationsSettings.from_env({"ARGOSY_NOTIFICATIONS_SMTP_URL": url})


def test_an_address_names_security_server_and_login():
    server = settings("smtp+starttls://ada:p%40ss@mail.example.org").smtp_server()

    assert server == SmtpServer("smtp+starttls", "mail.example.org", 587, "ada", "p@ss")


def test_the_password_is_not_shown():
    told = settings("smtps://ada:secret@mail.example.org")

    assert "secret" not in f"{told!r} {told.smtp_server()!r}"


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail", "smtp://", "smtp://x:port"])
def test_an_address_that_names_no_server_stops_the_start(url):
    with pytest.raises(SettingsError, match="SMTP_URL"):
        settings(url)
