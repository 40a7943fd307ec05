"""Writes of attribute definitions, and the check of what products say by them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from services.catalog.errors import AttributeInUse, AttributeNotFound, AttributeTaken
from services.catalog.models.tables import Attribute, Product
from services.catalog.queries.attributes import definitions_of
from services.catalog.rules.attributes import Value, checked


def checked_values(session: Session, values: Mapping[str, Any]) -> dict[str, Value]:
    """The values as they are stored, or a BadAttribute."""
    return checked(definitions_of(session, values), values) if values else {}


def create_attribute(session: Session, **fields: Any) -> Attribute:
    """A new definition, which no product has yet."""
    taken = select(exists().where(Attribute.code == fields["code"]))
    if session.scalar(taken):
        raise AttributeTaken(f"there is an attribute {fields['code']} already")
    now = clock.now()
    attribute = Attribute(id=uuid7(), version=1, created_at=now, updated_at=now, **fields)
    session.add(attribute)
    session.flush()
    return attribute


def lock_attribute(session: Session, code: str) -> Attribute:
    """The definition, held until the transaction ends."""
    statement = select(Attribute).where(Attribute.code == code).with_for_update()
    attribute = session.scalars(statement).one_or_none()
    if attribute is None:
        raise AttributeNotFound("there is no such attribute")
    return attribute


def change_attribute(session: Session, attribute: Attribute, changes: Mapping[str, Any]) -> None:
    """Change what does not touch the values that products have."""
    choices = changes.get("choices", attribute.choices)
    for gone in sorted(set(attribute.choices) - set(choices)):
        if _is_used(session, {attribute.code: gone}):
            raise AttributeInUse(f"products, perhaps deleted ones, have the choice {gone}")
    for name, value in changes.items():
        setattr(attribute, name, value)
    attribute.version += 1
    attribute.updated_at = clock.now()
    session.flush()


def delete_attribute(session: Session, attribute: Attribute) -> None:
    """Remove a definition that no product uses, for good."""
    if session.scalar(select(exists().where(Product.attributes.op("?")(attribute.code)))):
        raise AttributeInUse("products, perhaps deleted ones, have the attribute")
    session.delete(attribute)
    session.flush()


def _is_used(session: Session, value: Mapping[str, str]) -> bool:
    return bool(session.scalar(select(exists().where(Product.attributes.contains(value)))))
