"""What notifications can be told."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from libs.settings import Settings, SettingsError
from services.notifications.channels.sendgrid import verifying_key

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

    public_url: str = field(
        default="",
        metadata={"help": "https://... under which providers reach this API to tell of messages"},
    )
    sendgrid_key: str = field(
        default="", repr=False, metadata={"help": "API key; mail goes through SendGrid, not SMTP"}
    )
    sendgrid_url: str = field(
        default="https://api.sendgrid.com", metadata={"help": "address of SendGrid's API"}
    )
    sendgrid_webhook_key: str = field(
        default="", metadata={"help": "public key of SendGrid's signed Event Webhook"}
    )
    twilio_account: str = field(
        default="", metadata={"help": "account SID; without it texts are written to the log"}
    )
    twilio_token: str = field(
        default="", repr=False, metadata={"help": "auth token of the Twilio account"}
    )
    twilio_sender: str = field(
        default="", metadata={"help": "number (+...) or messaging service (MG...) of every text"}
    )
    twilio_url: str = field(
        default="https://api.twilio.com", metadata={"help": "address of Twilio's API"}
    )
    fcm_credentials: str = field(
        default="",
        metadata={"help": "key file of a service account; without it pushes go to the log"},
    )
    fcm_url: str = field(
        default="https://fcm.googleapis.com", metadata={"help": "address of FCM's API"}
    )
    webhook_private_hosts: tuple[str, ...] = field(
        default=(),
        metadata={"help": "hosts that webhooks may reach although they are private; for tests"},
    )
    webhook_retention_days: int = field(
        default=30, metadata={"help": "how long events and their deliveries are kept"}
    )
    stream_seconds: float = field(
        default=60.0, metadata={"help": "longest life of one event stream; clients reconnect"}
    )
    streams: int = field(
        default=4, metadata={"help": "event streams at once per process; each holds a thread"}
    )
    streams_per_user: int = field(
        default=2, metadata={"help": "event streams at once per process and user"}
    )

    def __post_init__(self) -> None:
        """Refuse addresses, keys and pairs that no message could be sent with."""
        if self.smtp_url:
            self.smtp_server()
            if self.sendgrid_key:
                pair = f"{self.variable('smtp_url')} and {self.variable('sendgrid_key')}"
                raise SettingsError(f"{pair} exclude each other")
        if self.twilio_account and not (self.twilio_token and self.twilio_sender):
            pair = f"{self.variable('twilio_token')} and {self.variable('twilio_sender')}"
            raise SettingsError(f"{self.variable('twilio_account')} needs {pair}")
        if self.sendgrid_webhook_key:
            self._check_webhook_key()

    def _check_webhook_key(self) -> None:
        try:
            verifying_key(self.sendgrid_webhook_key)
        except ValueError as fault:
            variable = self.variable("sendgrid_webhook_key")
            raise SettingsError(f"{variable} is not a public key as SendGrid shows it") from fault

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
