"""What reports does with the facts of others, and with its rebuilds."""

from sqlalchemy.orm import Session

from libs.contracts.reports import RebuildReports
from libs.db.transaction import transaction
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from services.reports.commands import rebuilds
from services.reports.commands.log import hear
from services.reports.commands.projections import APPLY

OUTDATED_PER_RUN = 2_000

tasks = Tasks("reports")

for kind in APPLY:
    tasks.fact(kind)(hear)


@tasks.job(RebuildReports)
def rebuild_reports(job: RebuildReports) -> None:
    """Replay the log chunk by chunk, one chunk a transaction."""
    more = True
    while more:
        with transaction() as session:
            more = rebuilds.replay_chunk(session, job.rebuild_id)


@tasks.every(seconds=5)
def resume_rebuilds(session: Session) -> int:
    """A rebuild whose worker died goes on where it stopped."""
    return rebuilds.resume_rebuilds(session)


@tasks.every(seconds=30)
def forget_outdated(session: Session) -> int:
    """Remove what a rebuild has replaced."""
    return rebuilds.forget_outdated(session, OUTDATED_PER_RUN)


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
