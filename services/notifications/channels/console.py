"""Write a mail to the log, where no SMTP server is configured."""

import logging

from libs import ids
from services.notifications.commands.deliveries import Mail
from services.notifications.rules import Outcome, masked

_log = logging.getLogger(__name__)


def deliver(mail: Mail) -> Outcome:
    """Always delivered."""
    _log.info(
        "mail",
        extra={
            "message_id": ids.to_text("msg", mail.message_id),
            "to": masked(mail.address),
            "template": mail.template,
            "subject": mail.subject,
            "text": mail.body,
        },
    )
    return Outcome("delivered", "written to the log")
