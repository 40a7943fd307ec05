"""Writes of the category tree."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from libs import clock
from libs.contracts.catalog import CategoryChanged, ProductCategory
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import announce
from services.catalog.errors import (
    CategoryCycle,
    CategoryInUse,
    CategoryNotFound,
    PathTaken,
    SlugTaken,
    TreeTooDeep,
    UnknownCategory,
)
from services.catalog.models.tables import Category, Product
from services.catalog.rules import category_path
from services.catalog.rules.text import slugify

_tree = Statement("SELECT pg_advisory_xact_lock(7261002)")


def lock_tree(session: Session) -> None:
    """One writer of the tree at a time, until the transaction ends."""
    _tree.rows(session)


def create_category(
    session: Session, name: str, slug: str | None = None, parent: str | None = None
) -> Category:
    """A new node; `parent` is a slug. A name is unique below its parent, a slug everywhere."""
    lock_tree(session)
    above = _parent(session, parent)
    path = _path(session, name, above)
    now = clock.now()
    category = Category(
        id=uuid7(),
        parent=above,
        slug=slug or _free_slug(session, path),
        name=name,
        path=path,
        version=1,
        indexed=1,
        created_at=now,
        updated_at=now,
    )
    if slug:
        _check_slug(session, slug)
    session.add(category)
    session.flush()
    return category


def lock_category(session: Session, slug: str) -> Category:
    """The category, held with the whole tree until the transaction ends."""
    lock_tree(session)
    statement = select(Category).options(joinedload(Category.parent))
    category = session.scalars(statement.where(Category.slug == slug)).one_or_none()
    if category is None:
        raise CategoryNotFound("there is no such category")
    return category


def change_category(session: Session, category: Category, changes: Mapping[str, Any]) -> None:
    """Rename, move (`parent`) or readdress (`slug`); whatever lies below moves along.

    Lists follow a move once `publish.follow_taxonomy` has come by.
    """
    slug, name = changes.get("slug", category.slug), changes.get("name", category.name)
    if slug != category.slug:
        _check_slug(session, slug)
    above = _new_parent(session, category, changes)
    is_called_otherwise = (slug, name) != (category.slug, category.name)
    if name != category.name or (above.id if above else None) != category.parent_id:
        _move(session, category, name, above)
    category.slug = slug
    category.version += 1
    category.updated_at = clock.now()
    session.flush()
    if is_called_otherwise:
        _announce(session, category)


def delete_category(session: Session, category: Category) -> None:
    """Remove an empty leaf for good."""
    children = select(exists().where(Category.parent_id == category.id))
    products = select(exists().where(Product.category_id == category.id))
    if session.scalar(children) or session.scalar(products):
        raise CategoryInUse("the category has subcategories or products, perhaps deleted ones")
    session.delete(category)
    session.flush()


def _announce(session: Session, category: Category) -> None:
    state = ProductCategory(
        category_id=category.id,
        version=category.version,
        slug=category.slug,
        name=category.name,
    )
    announce(session, CategoryChanged(category=state))


def _new_parent(
    session: Session, category: Category, changes: Mapping[str, Any]
) -> Category | None:
    if "parent" in changes:
        return _parent(session, changes["parent"])
    return category.parent


def _move(session: Session, category: Category, name: str, above: Category | None) -> None:
    below = category.path + category_path.SEPARATOR
    if above and (above.id == category.id or above.path.startswith(below)):
        raise CategoryCycle("a category cannot lie within itself")
    path = _path(session, name, above)
    inside = Category.path.startswith(below, autoescape=True)
    tail = func.substr(Category.path, len(category.path) + 1)
    for old in session.scalars(select(tail).where(inside)):
        _check_path(path + old)
    session.execute(
        update(Category)
        .where(inside)
        .values(path=func.concat(path, tail), version=Category.version + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    category.name, category.path = name, path
    category.parent = above


def _parent(session: Session, slug: str | None) -> Category | None:
    if slug is None:
        return None
    parent = session.scalars(select(Category).where(Category.slug == slug)).one_or_none()
    if parent is None:
        raise UnknownCategory(f"there is no category {slug}")
    return parent


def _path(session: Session, name: str, above: Category | None) -> str:
    path = category_path.join([above.path, name] if above else [name])
    _check_path(path)
    if session.scalar(select(exists().where(Category.path == path))):
        raise PathTaken(f"there is a category {path} already")
    return path


def _check_path(path: str) -> None:
    if fault := category_path.fault_of(path):
        raise TreeTooDeep(fault)


def _check_slug(session: Session, slug: str) -> None:
    if session.scalar(select(exists().where(Category.slug == slug))):
        raise SlugTaken(f"another category has the slug {slug}", slug=slug)


def _free_slug(session: Session, path: str) -> str:
    for wish in category_path.slug_wishes(path.split(category_path.SEPARATOR)):
        if not session.scalar(select(exists().where(Category.slug == wish))):
            return wish
    return f"{slugify(path)[:100]}-{uuid7().hex[-8:]}"
