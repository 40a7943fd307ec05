"""What notifications can be told."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from libs.settings import Settings, SettingsError

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over, and how."""

    security: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class NotificationsSettings(Settings):
    """Read when the service starts."""

    section = "NOTIFICATIONS_"

    smtp_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "smtp://, smtp+starttls:// or smtps://user:password@host:port;"
            " without it mail is written to the log"
        },
    )
    sender: str = field(
        default="Argosy <shop@localhost.localdomain>", metadata={"help": "From: of every mail"}
    )
    locale: str = field(default="en", metadata={"help": "language of the templates"})

    def __post_init__(self) -> None:
        """Refuse an address that no mail could be sent to."""
        if self.smtp_url:
            self.smtp_server()

    def smtp_server(self) -> SmtpServer:
        """The server that the URL names; a SettingsError if it names none."""
        try:
            parts = urlsplit(self.smtp_url)
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            parts, port = None, 0
        if parts is None or not parts.hostname:
            raise SettingsError(f"{self.variable('smtp_url')} is not an smtp:// address")
        return SmtpServer(
            security=parts.scheme,
            host=parts.hostname,
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
