"""Customers' lists: made, renamed, shared and thrown away."""

import secrets
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from services.wishlists.errors import NameTaken, TooManyLists
from services.wishlists.models.tables import Customer, Wishlist
from services.wishlists.queries import get_wishlist

VersionCheck = Callable[[int], None]

_TOKEN_BYTES = 32
_KNOW = Statement("INSERT INTO customer (user_id) VALUES ($1::uuid) ON CONFLICT DO NOTHING")


def lock_customer(session: Session, user_id: UUID) -> Customer:
    """The customer's counters, locked until the transaction ends: their lists change in turn."""
    _KNOW.later(session, user_id)
    return session.get_one(Customer, user_id, with_for_update={"key_share": True})


def create_list(session: Session, *, user_id: UUID, name: str, limit: int) -> Wishlist:
    """A new, empty list that nobody else sees. TooManyLists, NameTaken."""
    customer = lock_customer(session, user_id)
    if customer.list_count >= limit:
        raise TooManyLists(limit)
    _require_free(session, user_id, name)
    customer.list_count += 1
    wishlist = Wishlist(user_id=user_id, name=name)
    session.add(wishlist)
    session.flush()
    return wishlist


def rename_list(
    session: Session, *, user_id: UUID, wishlist_id: UUID, name: str, check: VersionCheck
) -> Wishlist:
    """Call the list something else. NameTaken."""
    lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    check(wishlist.version)
    if name != wishlist.name:
        _require_free(session, user_id, name)
        wishlist.name = name
        touch(session, wishlist)
    return wishlist


def delete_list(session: Session, *, user_id: UUID, wishlist_id: UUID, check: VersionCheck) -> None:
    """Throw the list away with its items and their alerts."""
    customer = lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    check(wishlist.version)
    customer.list_count -= 1
    customer.item_count -= wishlist.item_count
    session.delete(wishlist)
    session.flush()


def share_list(session: Session, *, user_id: UUID, wishlist_id: UUID) -> Wishlist:
    """Let everybody read the list who knows its token; a list that is shared keeps its token."""
    lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    if wishlist.share_token is None:
        wishlist.share_token = secrets.token_urlsafe(_TOKEN_BYTES)
        touch(session, wishlist)
    return wishlist


def unshare_list(session: Session, *, user_id: UUID, wishlist_id: UUID) -> None:
    """Revoke the token for good; sharing again makes another."""
    lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    if wishlist.share_token is not None:
        wishlist.share_token = None
        touch(session, wishlist)


def touch(session: Session, wishlist: Wishlist) -> None:
    """The list changed: its next version."""
    wishlist.version += 1
    wishlist.updated_at = clock.now()
    session.flush()


def _require_free(session: Session, user_id: UUID, name: str) -> None:
    wanted = select(Wishlist.id).where(Wishlist.user_id == user_id, Wishlist.name == name)
    if session.scalar(wanted) is not None:
        raise NameTaken("there is a list of that name")
