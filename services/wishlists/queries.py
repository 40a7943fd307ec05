"""Everything that reads wishlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.wishlists.errors import ItemNotFound, WishlistNotFound
from services.wishlists.models.articles import find_articles
from services.wishlists.models.tables import Alert, Wishlist, WishlistItem
from services.wishlists.rules import Article


@dataclass(frozen=True)
class ItemView:
    """An item, its article as it stands, and what it waits for."""

    item: WishlistItem
    article: Article
    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class SharedList:
    """What everybody sees who knows the token."""

    name: str
    items: Page[ItemView]


def list_wishlists(
    session: Session, user_id: UUID, *, cursor: str | None, limit: int
) -> Page[Wishlist]:
    """The customer's lists, newest first."""
    statement = select(Wishlist).where(Wishlist.user_id == user_id)
    return fetch_page(session, statement, [Key(Wishlist.id, "desc")], cursor, limit)


def get_wishlist(session: Session, user_id: UUID, wishlist_id: UUID) -> Wishlist:
    """The customer's list; somebody else's does not exist."""
    found = session.scalar(
        select(Wishlist).where(Wishlist.id == wishlist_id, Wishlist.user_id == user_id)
    )
    if found is None:
        raise WishlistNotFound("there is no such list")
    return found


def get_shared(session: Session, token: str, *, cursor: str | None, limit: int) -> SharedList:
    """The list that the token opens. WishlistNotFound, also when it was revoked."""
    found = session.scalar(select(Wishlist).where(Wishlist.share_token == token))
    if found is None:
        raise WishlistNotFound("there is no such list")
    return SharedList(found.name, _page_of_items(session, found.id, cursor, limit))


def list_items(
    session: Session, user_id: UUID, wishlist_id: UUID, *, cursor: str | None, limit: int
) -> Page[ItemView]:
    """The items of the customer's list, newest first."""
    wishlist = get_wishlist(session, user_id, wishlist_id)
    return _page_of_items(session, wishlist.id, cursor, limit)


def get_item(session: Session, user_id: UUID, wishlist_id: UUID, item_id: UUID) -> WishlistItem:
    """An item of the customer's list."""
    found = session.scalar(
        select(WishlistItem)
        .join(Wishlist, Wishlist.id == WishlistItem.wishlist_id)
        .where(WishlistItem.id == item_id, Wishlist.id == wishlist_id, Wishlist.user_id == user_id)
    )
    if found is None:
        raise ItemNotFound("there is no such item")
    return found


def view_items(session: Session, items: Sequence[WishlistItem]) -> list[ItemView]:
    """The items with their articles and alerts, in three statements at most."""
    articles = find_articles(session, [item.product_id for item in items])
    wanted = select(Alert).where(Alert.item_id.in_([item.id for item in items]))
    alerts = session.scalars(wanted.order_by(Alert.kind, Alert.id)).all()
    return [
        ItemView(
            item=item,
            article=articles[item.product_id].narrowed(item.variant_id),
            alerts=tuple(alert for alert in alerts if alert.item_id == item.id),
        )
        for item in items
    ]


def oldest_due(session: Session) -> float:
    """Seconds that the alert waits to be announced which waits longest."""
    age = func.extract("epoch", func.now() - func.min(Alert.due_at))
    return float(session.scalar(select(age).where(Alert.state == "due")) or 0)


def _page_of_items(
    session: Session, wishlist_id: UUID, cursor: str | None, limit: int
) -> Page[ItemView]:
    statement = select(WishlistItem).where(WishlistItem.wishlist_id == wishlist_id)
    page = fetch_page(session, statement, [Key(WishlistItem.id, "desc")], cursor, limit)
    return Page(items=view_items(session, page.items), next=page.next, prev=page.prev)
