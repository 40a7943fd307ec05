"""Hand a mail to an SMTP server, with deadlines, and say what its answer means."""

import smtplib
import ssl
from contextlib import closing, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from libs import ids
from services.notifications.rules.messages import Dispatch, Outcome, Verdict
from services.notifications.settings import SmtpServer

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
_PERMANENT = range(500, 600)
_MAX_DETAIL = 300


def compose(mail: Dispatch, sender: str) -> EmailMessage:
    """The mail as sent, with the same Message-ID each time; ValueError for an unusable address."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    domain = address.rpartition("@")[2]
    message["Message-ID"] = f"<{ids.to_text('msg', mail.message_id)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


class Smtp:
    """Mail through one server, a connection for each."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One try. The server's 5xx is final; its 4xx, silence and a lost connection are not."""
        try:
            message = compose(dispatch, self._sender)
        except (ValueError, IndexError) as fault:
            return _outcome("refused", f"no mail can be written to this address: {fault}")
        try:
            connection = _connect(self._server)
        except (OSError, smtplib.SMTPException) as fault:
            return _outcome("retry", _words(fault))
        with closing(connection):
            try:
                return _send(connection, message, dispatch.address)
            except smtplib.SMTPNotSupportedError as fault:
                return _outcome("refused", _words(fault))
            except (OSError, smtplib.SMTPException) as fault:
                return _outcome("retry", _words(fault))


def _send(connection: smtplib.SMTP, message: EmailMessage, address: str) -> Outcome:
    try:
        connection.send_message(message, to_addrs=[address])
        outcome = _outcome("delivered", "accepted", message["Message-ID"])
    except smtplib.SMTPRecipientsRefused as fault:
        outcome = _answered(*fault.recipients[address])
    except smtplib.SMTPResponseException as fault:
        outcome = _answered(fault.smtp_code, fault.smtp_error)
    # The mail is accepted or not by now; what becomes of the farewell changes nothing.
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    return outcome


def _connect(server: SmtpServer) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    connection = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT_SECONDS, context=trust)
        if server.security == "smtps"
        else smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
    )
    try:
        if connection.sock:
            connection.sock.settimeout(ANSWER_SECONDS)
        if server.security == "smtp+starttls":
            connection.starttls(context=trust)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _answered(code: int, text: bytes | str) -> Outcome:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _outcome("refused" if code in _PERMANENT else "retry", f"{code} {words}")


def _outcome(verdict: Verdict, detail: str, reference: str | None = None) -> Outcome:
    return Outcome(verdict, detail[:_MAX_DETAIL], "smtp", reference)


def _words(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
