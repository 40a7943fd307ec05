"""Copies of all that is known of a person, for that person."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.saga.orchestrator import start
from services.accounts.commands.audit import Origin, record
from services.accounts.errors import ExportsUsedUp
from services.accounts.models.privacy import Export
from services.accounts.models.users import User
from services.accounts.rules import COLLECTED, EXPORTS_PER_DAY, RUNNING, proven_emails
from services.accounts.sagas import EXPORT_CUSTOMER, ExportPlan

_expire = Statement(
    """
    UPDATE export SET state = 'expired', content = NULL WHERE id IN (
        SELECT id FROM export WHERE state = 'ready' AND expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    """
)


def request_export(session: Session, user: User, origin: Origin) -> Export:
    """Ask every service; one that is under way already is answered instead of a second one.

    The caller has locked the user. Refused with ExportsUsedUp after a few in a day.
    """
    mine = select(Export).where(Export.user_id == user.id)
    running = session.scalar(mine.where(Export.state.in_((RUNNING, COLLECTED))))
    if running:
        return running
    recent = mine.where(Export.created_at > clock.now() - timedelta(days=1))
    if (
        session.scalar(select(func.count()).select_from(recent.subquery())) or 0
    ) >= EXPORTS_PER_DAY:
        raise ExportsUsedUp(f"there may be {EXPORTS_PER_DAY} exports a day")
    export = Export(id=uuid7(), user_id=user.id, state=RUNNING)
    session.add(export)
    session.flush()
    plan = ExportPlan(export_id=export.id, customer_id=user.id, emails=proven_emails(user))
    start(session, EXPORT_CUSTOMER, plan, saga_id=export.id, business_key=str(export.id))
    record(session, "export_requested", origin, user_id=user.id, actor_id=user.id)
    return export


def expire_exports(session: Session, *, limit: int) -> int:
    """Forget what could be fetched for a day; how many copies those were."""
    return _expire.run(session, clock.now(), limit)
