"""What customers put into their lists."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.wishlists.commands.lists import VersionCheck, lock_customer, touch
from services.wishlists.errors import ArticleUnknown, ItemExists, TooManyItems
from services.wishlists.models.articles import find_product
from services.wishlists.models.tables import Customer, Wishlist, WishlistItem
from services.wishlists.queries import ItemView, get_item, get_wishlist, view_items


@dataclass(frozen=True)
class Wish:
    """An article, named by exactly one of `variant_id` and `product_id`, and why."""

    variant_id: UUID | None
    product_id: UUID | None
    note: str | None


def add_item(
    session: Session, *, user_id: UUID, wishlist_id: UUID, wish: Wish, limit: int
) -> ItemView:
    """Put an article that is sold into the list. TooManyItems, ArticleUnknown, ItemExists."""
    customer = lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    if customer.item_count >= limit:
        raise TooManyItems(limit)
    product_id = find_product(session, variant_id=wish.variant_id, product_id=wish.product_id)
    if product_id is None:
        raise ArticleUnknown("nothing is sold under that id")
    item = WishlistItem(
        wishlist_id=wishlist.id,
        product_id=product_id,
        variant_id=wish.variant_id,
        note=wish.note,
    )
    _require_new(session, item)
    session.add(item)
    customer.item_count += 1
    wishlist.item_count += 1
    touch(session, wishlist)
    return view_items(session, [item])[0]


def change_note(
    session: Session,
    *,
    user_id: UUID,
    wishlist_id: UUID,
    item_id: UUID,
    note: str | None,
    check: VersionCheck,
) -> ItemView:
    """Say something else about the item."""
    _, wishlist, item = _locked(session, user_id, wishlist_id, item_id)
    check(item.version)
    item.note = note
    item.version += 1
    touch(session, wishlist)
    return view_items(session, [item])[0]


def remove_item(
    session: Session, *, user_id: UUID, wishlist_id: UUID, item_id: UUID, check: VersionCheck
) -> None:
    """Take the item out, its alerts with it."""
    customer, wishlist, item = _locked(session, user_id, wishlist_id, item_id)
    check(item.version)
    session.delete(item)
    customer.item_count -= 1
    wishlist.item_count -= 1
    touch(session, wishlist)


def _locked(
    session: Session, user_id: UUID, wishlist_id: UUID, item_id: UUID
) -> tuple[Customer, Wishlist, WishlistItem]:
    """Customer, list and item, safe from other changes by the lock on the first."""
    customer = lock_customer(session, user_id)
    wishlist = get_wishlist(session, user_id, wishlist_id)
    return customer, wishlist, get_item(session, user_id, wishlist_id, item_id)


def _require_new(session: Session, item: WishlistItem) -> None:
    same = select(WishlistItem.id).where(
        WishlistItem.wishlist_id == item.wishlist_id,
        WishlistItem.product_id == item.product_id,
        WishlistItem.variant_id.is_not_distinct_from(item.variant_id),
    )
    if present := session.scalar(same):
        raise ItemExists(present)
