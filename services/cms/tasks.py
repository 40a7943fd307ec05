"""What cms does by the clock."""

from sqlalchemy.orm import Session

from libs import clock
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from services.cms import queries
from services.cms.commands import publication
from services.cms.metrics import count_publications, set_overdue

DOCUMENTS_PER_RUN = 100

tasks = Tasks("cms")


def _any_due(session: Session) -> bool:
    return queries.any_due(session, clock.now())


@tasks.every(seconds=1, when=_any_due)
def publish_due(session: Session) -> int:
    """Publish what was scheduled for now."""
    published = publication.publish_due(session, DOCUMENTS_PER_RUN)
    count_publications(published)
    return published


@tasks.every(seconds=15)
def measure_overdue(session: Session) -> int:
    """Show whether something should be public and is not."""
    set_overdue(queries.longest_overdue(session, clock.now()))
    return 0


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
