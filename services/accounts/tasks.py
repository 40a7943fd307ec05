"""The periodic work of accounts; no message is for it."""

from sqlalchemy.orm import Session

from libs.messaging.tasks import Tasks
from services.accounts.commands import sessions

SESSIONS_PER_RUN = 500

tasks = Tasks("accounts")


@tasks.every(seconds=600)
def purge_sessions(session: Session) -> int:
    """Forget sessions that ended long ago, with their tokens."""
    return sessions.purge_sessions(session, limit=SESSIONS_PER_RUN)
