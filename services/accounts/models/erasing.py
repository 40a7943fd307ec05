"""How accounts itself forgets a person, once every other service has."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.privacy import Person, forget_traces, pseudonym
from libs.saga.store import change_plans
from services.accounts.models.users import AuditEvent

_BELONGINGS = (
    "address", "group_member", "mail_token", "api_key", "identity", "login_session", "export",
)  # fmt: skip
_forget_belongings = tuple(
    Statement(f"DELETE FROM {table} WHERE user_id = $1")  # noqa: S608  # constants of this module
    for table in _BELONGINGS
)
# The row stays, for its id stands in the books of other services.
_forget_user = Statement(
    """
    UPDATE user_account SET status = 'erased', email = $2, name = 'erased', phone = NULL,
        locale = NULL, company = NULL, vat_id = NULL, birth_date = NULL, attributes = '{}',
        password_hash = NULL, email_verified_at = NULL, roles = '{customer}',
        version = version + 1, updated_at = $3
    WHERE id = $1
    """
)
_requests = Statement(
    "SELECT id FROM export WHERE user_id = $1 UNION ALL SELECT id FROM erasure WHERE user_id = $1"
)
_done = Statement(
    "UPDATE erasure SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'running'"
)
_refused = Statement(
    """
    UPDATE erasure SET state = 'refused', code = $2, ended_at = $3
    WHERE id = $1 AND state = 'running'
    """
)
_reopen = Statement(
    """
    UPDATE user_account SET status = $2, version = version + 1, updated_at = $3
    WHERE id = $1 AND status = 'erasing'
    """
)


def erased(session: Session, erasure_id: UUID, person: Person) -> None:
    """Nothing but an empty account remains, and the audit trail, which names nobody."""
    now = clock.now()
    requests = [row[0] for row in _requests.rows(session, person.customer_id)]
    change_plans(session, requests, {"emails": []})
    forget_traces(session, person, requests)
    for statement in _forget_belongings:
        statement.later(session, person.customer_id)
    _forget_user.later(session, person.customer_id, pseudonym(person.customer_id), now)
    _done.later(session, erasure_id, now)
    session.add(AuditEvent(kind="erased", user_id=person.customer_id))


def refused(session: Session, erasure_id: UUID, user_id: UUID, status: str, code: str) -> None:
    """A service needs the person for something that is not over: they may come in again."""
    now = clock.now()
    _refused.later(session, erasure_id, code, now)
    _reopen.later(session, user_id, status, now)
    session.add(AuditEvent(kind="erasure_refused", user_id=user_id, detail={"code": code}))
