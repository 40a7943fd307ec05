"""Writes of collections."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from services.catalog.commands import shown
from services.catalog.errors import (
    CollectionHasRule,
    CollectionNotFound,
    SlugTaken,
    UnknownProducts,
)
from services.catalog.models.tables import Collection, CollectionProduct, Product
from services.catalog.rules.text import slugify


def create_collection(session: Session, **fields: Any) -> Collection:
    """A collection, empty or with a rule; its slug is made from its name when none is given."""
    now = clock.now()
    slug = fields.pop("slug", None) or slugify(fields["name"])
    _check_slug(session, slug)
    made = Collection(id=uuid7(), slug=slug, version=1, created_at=now, updated_at=now, **fields)
    session.add(made)
    session.flush()
    return made


def lock_collection(session: Session, slug: str) -> Collection:
    """The collection, held until the transaction ends."""
    statement = select(Collection).where(Collection.slug == slug).with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise CollectionNotFound("there is no such collection")
    return found


def change_collection(session: Session, found: Collection, changes: Mapping[str, Any]) -> None:
    """A rule that is set replaces what somebody has put together, which stays for later."""
    if changes.get("slug", found.slug) != found.slug:
        _check_slug(session, changes["slug"])
    for name, value in changes.items():
        setattr(found, name, value)
    _touch(session, found)


def fill_collection(session: Session, found: Collection, product_ids: Sequence[UUID]) -> None:
    """Have just these products in this order."""
    if found.rule is not None:
        raise CollectionHasRule("the collection's rule decides what is in it")
    known = set(session.scalars(select(Product.id).where(Product.id.in_(product_ids))))
    if len(known) != len(product_ids):
        raise UnknownProducts("the body names products that do not exist, or one twice")
    session.execute(delete(CollectionProduct).where(CollectionProduct.collection_id == found.id))
    rows = [
        {"collection_id": found.id, "product_id": product_id, "position": position}
        for position, product_id in enumerate(product_ids)
    ]
    if rows:
        session.execute(insert(CollectionProduct), rows)
    _touch(session, found)


def delete_collection(session: Session, found: Collection) -> None:
    """Its products stay."""
    session.delete(found)
    session.flush()


def _touch(session: Session, found: Collection) -> None:
    found.version += 1
    found.updated_at = clock.now()
    session.flush()
    shown.changed(session)


def _check_slug(session: Session, slug: str) -> None:
    if session.scalar(select(exists().where(Collection.slug == slug))):
        raise SlugTaken(f"another collection has the slug {slug}", slug=slug)
