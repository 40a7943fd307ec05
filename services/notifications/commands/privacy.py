"""What notifications hands over of a customer, and how it forgets one."""

from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.privacy import Person
from services.notifications.commands import contacts
from services.notifications.rules.messages import SECRET_NOTICES

_MINE = "user_id = $1::uuid OR (channel = 'email' AND lower(address) = ANY($2::text[]))"
# A token that was mailed is a secret of the mailbox.
_messages = Statement(
    f"""
    SELECT CASE WHEN template = ANY($3::text[]) THEN to_jsonb(m) - '{{body,html}}'::text[]
        ELSE to_jsonb(m) END
    FROM message AS m WHERE {_MINE} ORDER BY m.id
    """  # noqa: S608  # constants of this module
)
_choices = Statement(
    """
    SELECT jsonb_build_object(
        'settings', (SELECT to_jsonb(r) FROM recipient AS r WHERE r.user_id = $1::uuid),
        'preferences', (SELECT jsonb_agg(to_jsonb(p)) FROM preference AS p
            WHERE p.user_id = $1::uuid),
        'devices', (SELECT jsonb_agg(to_jsonb(d) - 'token') FROM device AS d
            WHERE d.user_id = $1::uuid)
    )
    """
)
_forget_messages = Statement(f"DELETE FROM message WHERE {_MINE}")  # noqa: S608  # as above
_forget_suppressions = Statement(
    "DELETE FROM suppression WHERE channel = 'email' AND lower(address) = ANY($1::text[])"
)
_forget_events = Statement(
    """
    DELETE FROM webhook_event
    WHERE customer_id = $1::uuid OR lower(data ->> 'email') = ANY($2::text[])
    """
)
_forget_choices = tuple(
    Statement(f"DELETE FROM {table} WHERE user_id = $1::uuid")  # noqa: S608  # constants
    for table in ("recipient", "preference", "device")
)


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """What the customer was told over each channel, where they are reached and what they chose."""
    emails, secrets = list(person.emails), sorted(SECRET_NOTICES)
    rows = _messages.rows(session, person.customer_id, emails, secrets)
    return {
        "address": contacts.find_address(session, person.customer_id),
        "messages": [row[0] for row in rows],
        **_choices.rows(session, person.customer_id)[0][0],
    }


def erase_customer(session: Session, person: Person) -> None:
    """Delete the messages, the choices and what merchants were told; what is still heard of the
    customer is told to nobody."""
    emails = list(person.emails)
    address = contacts.find_address(session, person.customer_id)
    known = [*emails, address.lower()] if address else emails
    contacts.erase(session, person.customer_id)
    _forget_messages.later(session, person.customer_id, emails)
    _forget_events.later(session, person.customer_id, emails)
    _forget_suppressions.later(session, known)
    for statement in _forget_choices:
        statement.later(session, person.customer_id)
