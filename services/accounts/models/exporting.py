"""How an export becomes whole: the services' slices arrive in any order, and more than once."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from services.accounts.rules import EXPORT_LIFETIME

# Its row is locked before a slice is counted, so that of two last slices one sees the other.
_lock = Statement(
    "SELECT state, user_id, expected FROM export"
    " WHERE id = $1 AND state IN ('running', 'collected') FOR UPDATE"
)
_keep = Statement(
    "INSERT INTO export_slice (export_id, service, number, content) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT DO NOTHING"
)
_collected = Statement(
    "UPDATE export SET state = 'collected', expected = $2::text::jsonb WHERE id = $1"
)
_failed = Statement("UPDATE export SET state = 'failed' WHERE id = $1 AND state = 'running'")
_slices = Statement(
    "SELECT service, content FROM export_slice WHERE export_id = $1 ORDER BY service, number"
)
_ready = Statement(
    """
    UPDATE export SET state = 'ready', content = $2, ready_at = $3, expires_at = $4 WHERE id = $1
    """
)
_forget_slices = Statement("DELETE FROM export_slice WHERE export_id = $1")
_own = Statement(
    """
    SELECT jsonb_build_object(
        'profile', to_jsonb(u) - 'password_hash',
        'addresses', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id)
            FROM address AS a WHERE a.user_id = u.id),
        'groups', (SELECT jsonb_agg(group_code ORDER BY group_code)
            FROM group_member AS g WHERE g.user_id = u.id),
        'identities', (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.id)
            FROM identity AS i WHERE i.user_id = u.id),
        'api_keys', (SELECT jsonb_agg(to_jsonb(k) - 'digest' ORDER BY k.id)
            FROM api_key AS k WHERE k.user_id = u.id),
        'sessions', (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id)
            FROM login_session AS s WHERE s.user_id = u.id),
        'audit', (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.at, e.id)
            FROM audit_event AS e WHERE e.user_id = u.id)
    )
    FROM user_account AS u WHERE u.id = $1
    """
)


def keep_slice(session: Session, export_id: UUID, service: str, number: int, content: str) -> None:
    """Store a slice of an export that still waits for it."""
    row = _lock.first(session, export_id)
    if row is None:
        return
    _keep.later(session, export_id, service, number, content)
    state, user_id, expected = row
    if state == "collected":
        _complete(session, export_id, user_id, expected)


def all_answered(session: Session, export_id: UUID, expected: dict[str, int]) -> None:
    """Every service has announced so many slices; some of them may still be on their way."""
    row = _lock.first(session, export_id)
    if row is None:
        return
    _collected.later(session, export_id, msgspec.json.encode(expected).decode())
    _complete(session, export_id, row[1], expected)


def failed(session: Session, export_id: UUID) -> None:
    """Nobody will hand over more."""
    _failed.later(session, export_id)
    _forget_slices.later(session, export_id)


def _complete(session: Session, export_id: UUID, user_id: UUID, expected: dict[str, int]) -> None:
    """Put it together if it is all there; the caller has locked the export."""
    slices = _slices.rows(session, export_id)
    if len(slices) < sum(expected.values()):
        return
    parts = {"accounts": msgspec.Raw(msgspec.json.encode(_own.rows(session, user_id)[0][0]))}
    for service in expected:
        text = "".join(content for name, content in slices if name == service)
        parts[service] = msgspec.Raw(text.encode())
    whole: dict[str, Any] = {"exported_at": clock.now(), "services": parts}
    now = clock.now()
    content = msgspec.json.encode(whole).decode()
    _ready.later(session, export_id, content, now, now + EXPORT_LIFETIME)
    _forget_slices.later(session, export_id)
