"""The cart that a buyer means without naming one: the newest that is still open."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.carts.errors import CartNotFound
from services.carts.models.owner import Owner

_NEWEST = Statement(
    """
    SELECT id FROM cart
    WHERE (user_id = $1::uuid OR token_hash = $2::bytea)
      AND (status = 'open' OR lease_until < clock_timestamp())
    ORDER BY id DESC LIMIT 1
    """
)
_ALONE = Statement("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7261201))")


def find_current(session: Session, owner: Owner) -> UUID | None:
    """The owner's newest open cart; nobody's is none."""
    row = _NEWEST.first(session, owner.user_id, owner.token_hash)
    return row[0] if row else None


def get_current(session: Session, owner: Owner) -> UUID:
    """The same; CartNotFound when there is none."""
    cart_id = find_current(session, owner)
    if cart_id is None:
        raise CartNotFound("there is no open cart; putting something into it makes one")
    return cart_id


def await_turn(session: Session, user_id: UUID) -> None:
    """Until the transaction ends nobody else makes the user's first cart."""
    _ALONE.run(session, str(user_id))
