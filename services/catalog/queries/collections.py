"""Collections with their products, and translations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.catalog.errors import CollectionNotFound
from services.catalog.models.tables import (
    WHOLE_SHOP,
    Collection,
    CollectionProduct,
    Listing,
    ProductTranslation,
)
from services.catalog.queries.cards import hydrate
from services.catalog.queries.criteria import Criteria
from services.catalog.queries.products import FacetedPage, list_products


def list_collections(session: Session, *, cursor: str | None, limit: int) -> Page[Collection]:
    """All collections by slug."""
    return fetch_page(session, select(Collection), [Key(Collection.slug)], cursor, limit)


def get_collection(session: Session, slug: str) -> Collection:
    """The collection."""
    found = session.scalars(select(Collection).where(Collection.slug == slug)).one_or_none()
    if found is None:
        raise CollectionNotFound("there is no such collection")
    return found


def list_collected(
    session: Session,
    slug: str,
    *,
    currency: str | None,
    locales: tuple[str, ...],
    cursor: str | None,
    limit: int,
) -> FacetedPage:
    """What everybody may see of it: in its own order, or what its rule finds, the newest first."""
    found = get_collection(session, slug)
    if found.rule is not None:
        rule = found.rule | {"attributes": tuple(found.rule.get("attributes", ()))}
        criteria = Criteria(**rule | ({"currency": currency} if currency else {}), locales=locales)
        return list_products(session, criteria, cursor=cursor, limit=limit)
    offered = and_(Listing.is_main) if currency is None else Listing.currency == currency
    statement = (
        select(CollectionProduct.product_id)
        .join(Listing, Listing.product_id == CollectionProduct.product_id)
        .where(
            CollectionProduct.collection_id == found.id,
            Listing.shelf_id == WHOLE_SHOP,
            Listing.visible,
            offered,
        )
    )
    keys = [Key(CollectionProduct.position), Key(CollectionProduct.product_id)]
    page: Page[UUID] = fetch_page(session, statement, keys, cursor, limit)
    cards = hydrate(session, page.items, currency, locales)
    return FacetedPage(cards, page.next, page.prev)


def list_translations(session: Session, product_id: UUID) -> Sequence[ProductTranslation]:
    """All of one product, by language."""
    statement = select(ProductTranslation).where(ProductTranslation.product_id == product_id)
    return session.scalars(statement.order_by(ProductTranslation.locale)).all()
