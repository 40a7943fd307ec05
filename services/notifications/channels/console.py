"""Write a message to the log, where no provider of its channel is configured."""

import logging

from libs import ids
from services.notifications.rules.messages import Dispatch, Outcome, masked

_log = logging.getLogger(__name__)


class Console:
    """Always delivers."""

    def deliver(self, dispatch: Dispatch) -> Outcome:
        """One line of the log, the address masked."""
        _log.info(
            dispatch.channel,
            extra={
                "message_id": ids.to_text("msg", dispatch.message_id),
                "to": masked(dispatch.address),
                "template": dispatch.template,
                "subject": dispatch.subject,
                "text": dispatch.body,
            },
        )
        return Outcome("delivered", "written to the log", "console")
