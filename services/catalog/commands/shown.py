"""Tells every process that what it remembers of lists and products may be out of date."""

from sqlalchemy.orm import Session

from libs.db.notices import notify

CHANNEL = "catalog_shown"


def changed(session: Session) -> None:
    """Call with every change that somebody would look for at once; others are seen a moment later.

    How many pieces are left is such another one: it changes with every order.
    """
    notify(session, CHANNEL)
