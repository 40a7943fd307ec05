"""Writes of product images: rows here, files by the jobs pool."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.catalog import WorkImage
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import enqueue
from services.catalog.commands import shown
from services.catalog.errors import ImageNotFound, TooManyImages, WrongOrder
from services.catalog.models.tables import ProductImage

MAX_IMAGES = 20
# The client's own deadline is shorter.
_UPLOAD_LEASE = timedelta(hours=1)
_WORK_LEASE = timedelta(minutes=5)
_SWEEP = 100

_overdue = Statement(
    """
    UPDATE product_image SET due_at = $1::timestamptz + $2, version = version + 1,
        state = CASE state WHEN 'waiting' THEN 'deleting' ELSE state END
    WHERE id IN (
        SELECT id FROM product_image
        WHERE due_at <= $1 AND state IN ('waiting', 'processing', 'deleting')
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)


def add_image(
    session: Session, product_id: UUID, *, content_type: str, size: int, alt: str
) -> tuple[ProductImage, str]:
    """A place for an image behind the others, and the secret that lets its bytes in.

    The caller has the product locked.
    """
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(ProductImage.position), 0)).where(
            ProductImage.product_id == product_id, ProductImage.state != "deleting"
        )
    ).one()
    if count >= MAX_IMAGES:
        raise TooManyImages(f"a product has {MAX_IMAGES} images at most")
    now, token = clock.now(), secrets.token_urlsafe(32)
    image = ProductImage(
        id=uuid7(),
        product_id=product_id,
        position=last + 1,
        state="waiting",
        alt=alt,
        content_type=content_type,
        size=size,
        token_hash=hashlib.sha256(token.encode()).digest(),
        sizes=[],
        version=1,
        created_at=now,
        updated_at=now,
        due_at=now + _UPLOAD_LEASE,
    )
    session.add(image)
    session.flush()
    return image, token


def lock_image(session: Session, product_id: UUID, image_id: UUID) -> ProductImage:
    """The product's image, held until the transaction ends."""
    image = session.get(ProductImage, image_id, with_for_update=True)
    if image is None or image.product_id != product_id or image.state == "deleting":
        raise ImageNotFound("the product has no such image")
    return image


def begin_work(session: Session, image: ProductImage) -> None:
    """Its bytes are in and look like an image: have files made of them; harmless when repeated."""
    if image.state == "waiting":
        _move(image, "processing")
        enqueue(session, WorkImage(image_id=image.id))


def finish_work(session: Session, image_id: UUID, sizes: Sequence[tuple[int, int]]) -> bool:
    """Show the files that were made; False when the image is not to be shown any more."""
    image = session.get(ProductImage, image_id, with_for_update=True)
    if image is None or image.state != "processing":
        return False
    image.sizes = [list(size) for size in sizes]
    _move(image, "ready")
    shown.changed(session)
    return True


def refuse(session: Session, image_id: UUID, reason: str) -> None:
    """No file can be made of it; administrators see why."""
    image = session.get(ProductImage, image_id, with_for_update=True)
    if image is not None and image.state == "processing":
        image.problem = reason
        _move(image, "refused")


def describe(session: Session, image: ProductImage, changes: Mapping[str, Any]) -> None:
    """Change what is said of the image."""
    image.alt = changes.get("alt", image.alt)
    _move(image, image.state)
    shown.changed(session)


def order_images(session: Session, product_id: UUID, image_ids: Sequence[UUID]) -> None:
    """Show them in this order; it names each image of the product once."""
    statement = select(ProductImage).where(
        ProductImage.product_id == product_id, ProductImage.state != "deleting"
    )
    images = {image.id: image for image in session.scalars(statement.with_for_update())}
    if sorted(image_ids) != sorted(images):
        raise WrongOrder("an order names each image of the product once")
    for position, image_id in enumerate(image_ids, 1):
        images[image_id].position = position
    shown.changed(session)


def delete_image(session: Session, image: ProductImage) -> None:
    """Show it no more; its files go with the job."""
    _move(image, "deleting")
    enqueue(session, WorkImage(image_id=image.id))
    shown.changed(session)


def forget(session: Session, image_id: UUID) -> None:
    """Its files are gone, so the row may go."""
    image = session.get(ProductImage, image_id, with_for_update=True)
    if image is not None and image.state == "deleting":
        session.delete(image)


def resume(session: Session) -> int:
    """Hand out again what a worker left behind, and give up what nobody uploaded."""
    overdue = _overdue.rows(session, clock.now(), _WORK_LEASE, _SWEEP)
    for (image_id,) in overdue:
        enqueue(session, WorkImage(image_id=image_id))
    return len(overdue)


def _move(image: ProductImage, state: str) -> None:
    now = clock.now()
    image.state, image.updated_at, image.due_at = state, now, now + _WORK_LEASE
    image.version += 1
