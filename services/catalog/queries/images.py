"""The images of a product."""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from services.catalog.errors import ImageNotFound
from services.catalog.models.tables import ProductImage


def list_images(session: Session, product_id: UUID, *, only_ready: bool) -> Sequence[ProductImage]:
    """In the order in which they are shown; others than ready ones are for administrators."""
    states = ("ready",) if only_ready else ("waiting", "processing", "ready", "refused")
    statement = select(ProductImage).where(
        ProductImage.product_id == product_id, ProductImage.state.in_(states)
    )
    return session.scalars(statement.order_by(ProductImage.position, ProductImage.id)).all()


def find_image(session: Session, image_id: UUID) -> ProductImage | None:
    """The image in whatever state."""
    return session.get(ProductImage, image_id)


def awaited(session: Session, image_id: UUID, token: str) -> ProductImage:
    """The image whose bytes may be handed in with this token now."""
    image = session.get(ProductImage, image_id)
    digest = hashlib.sha256(token.encode()).digest()
    if (
        image is None
        or image.state != "waiting"
        or image.due_at <= clock.now()
        or not hmac.compare_digest(image.token_hash, digest)
    ):
        raise ImageNotFound("no image is awaited here")
    return image
