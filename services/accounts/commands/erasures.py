"""People who want to be forgotten: signed out at once, forgotten when their last token is void."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from libs.saga.orchestrator import start
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.sessions import end_sessions
from services.accounts.commands.users import keep_an_administrator
from services.accounts.errors import ErasureRunning, NoSuchUser
from services.accounts.models.credentials import ApiKey
from services.accounts.models.privacy import Erasure, Export
from services.accounts.models.users import User
from services.accounts.rules import ADMIN, ERASED, ERASING, REQUESTED, RUNNING, proven_emails
from services.accounts.sagas import ERASE_CUSTOMER, ErasurePlan


def request_erasure(
    session: Session, user: User, *, actor_id: UUID, delay: timedelta, origin: Origin
) -> Erasure:
    """Close the account; after the delay nobody holds an access token of it any more.

    The user is locked for administration. Refused for the last administrator.
    """
    if user.status == ERASED:
        raise NoSuchUser("there is no such user")
    if user.status == ERASING:
        raise ErasureRunning("this account is about to be erased")
    erasure = Erasure(
        id=uuid7(),
        user_id=user.id,
        requested_by=actor_id,
        state=REQUESTED,
        status_before=user.status,
        due_at=clock.now() + delay,
    )
    session.add(erasure)
    user.status = ERASING
    user.touch()
    session.flush()
    if ADMIN in user.roles:
        keep_an_administrator(session)
    end_sessions(session, user.id)
    keys = update(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    session.execute(keys.values(revoked_at=clock.now()))
    record(session, "erasure_requested", origin, user_id=user.id, actor_id=actor_id)
    return erasure


def start_due(session: Session, *, limit: int) -> int:
    """Begin the erasures whose time has come; how many those were."""
    due = select(Erasure).where(Erasure.state == REQUESTED, Erasure.due_at <= clock.now())
    due = due.order_by(Erasure.due_at).limit(limit).with_for_update(skip_locked=True)
    erasures = session.scalars(due).all()
    for erasure in erasures:
        _start(session, erasure)
    return len(erasures)


def _start(session: Session, erasure: Erasure) -> None:
    user = session.get_one(User, erasure.user_id)
    exports = session.scalars(select(Export.id).where(Export.user_id == user.id)).all()
    plan = ErasurePlan(
        erasure_id=erasure.id,
        customer_id=user.id,
        emails=proven_emails(user),
        export_ids=tuple(exports),
        status=erasure.status_before,
    )
    erasure.state = RUNNING
    start(session, ERASE_CUSTOMER, plan, saga_id=erasure.id, business_key=str(erasure.id))
