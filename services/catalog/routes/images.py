"""Images of products over HTTP; the bytes go past us into the object store."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from services.catalog.commands import images as commands
from services.catalog.commands.products import lock_product
from services.catalog.errors import BadImage, ImageNotFound, NothingUploaded
from services.catalog.media.choice import address, store
from services.catalog.media.port import upload_key
from services.catalog.models.tables import ProductImage
from services.catalog.queries import images as queries
from services.catalog.queries.products import get_product
from services.catalog.routes.keys import product_id_of
from services.catalog.rules.image_file import MAX_BYTES, check_image
from services.catalog.schemas.images import (
    AddedImageSchema,
    AddImageSchema,
    DescribeImageSchema,
    OrderImagesSchema,
    ProductImageSchema,
    ProductImagesSchema,
)

images = Blueprint(
    "images", __name__, url_prefix="/api/v1/products", description="Pictures of what is sold."
)


@images.get("/<key>/images")
@access(public=True)
@images.response(200, ProductImagesSchema)
def list_product_images(key: str) -> dict[str, Any]:
    """The images of a product in their order; administrators see unfinished ones, too."""
    is_admin = "admin" in principal().roles
    with reading() as session:
        product_id = product_id_of(session, key)
        get_product(session, product_id, include_hidden=is_admin)
        return _shown(queries.list_images(session, product_id, only_ready=not is_admin))


@images.post("/<key>/images")
@access(roles=("admin",))
@idempotent(required=False)
@images.arguments(AddImageSchema)
@images.response(201, AddedImageSchema)
def add_product_image(body: dict[str, Any], key: str) -> Response:
    """Announce an image; the answer says how its bytes are handed in."""
    body.pop("filename", None)
    kept = store()

    def work() -> dict[str, Any]:
        product_id = product_id_of(session, key)
        lock_product(session, product_id)
        image, token = commands.add_image(session, product_id, **body)
        upload = kept.upload(image.id, token, image.content_type, image.size)
        return _image(image) | {"upload": upload._asdict()}

    with transaction() as session:
        return once(session, work, schema=AddedImageSchema)


@images.post("/<key>/images/<id('img'):image_id>/complete")
@access(roles=("admin",))
@images.response(202, ProductImageSchema)
def complete_product_image(key: str, image_id: UUID) -> dict[str, Any]:
    """Look at the bytes that were handed in, and have them made into files."""
    with reading() as session:
        image = _of_product(session, key, image_id)
    if image.state == "waiting":
        data = store().read(upload_key(image.id), MAX_BYTES)
        if data is None:
            raise NothingUploaded("the bytes of the image have not arrived")
        if len(data) != image.size:
            raise BadImage(f"the upload is not the {image.size} bytes that were announced")
        check_image(data, image.content_type)
    with transaction() as session:
        held = commands.lock_image(session, image.product_id, image_id)
        commands.begin_work(session, held)
        return _marked(session, held)


@images.patch("/<key>/images")
@access(roles=("admin",))
@images.arguments(OrderImagesSchema)
@images.response(200, ProductImagesSchema)
def order_product_images(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Show the images of a product in another order."""
    with transaction() as session:
        product_id = product_id_of(session, key)
        lock_product(session, product_id)
        commands.order_images(session, product_id, body["images"])
        return _shown(queries.list_images(session, product_id, only_ready=False))


@images.patch("/<key>/images/<id('img'):image_id>")
@access(roles=("admin",))
@images.arguments(DescribeImageSchema)
@images.response(200, ProductImageSchema)
def describe_product_image(body: dict[str, Any], key: str, image_id: UUID) -> dict[str, Any]:
    """Change what is said of an image."""
    with transaction() as session:
        image = commands.lock_image(session, product_id_of(session, key), image_id)
        etag.check_if_match(image.version)
        commands.describe(session, image, body)
        return _marked(session, image)


@images.delete("/<key>/images/<id('img'):image_id>")
@access(roles=("admin",))
@images.response(204)
def delete_product_image(key: str, image_id: UUID) -> None:
    """Remove an image and its files."""
    with transaction() as session:
        image = commands.lock_image(session, product_id_of(session, key), image_id)
        etag.check_if_match(image.version)
        commands.delete_image(session, image)


def _of_product(session: Session, key: str, image_id: UUID) -> ProductImage:
    found = queries.list_images(session, product_id_of(session, key), only_ready=False)
    for image in found:
        if image.id == image_id:
            return image
    raise ImageNotFound("the product has no such image")


def _marked(session: Session, image: ProductImage) -> dict[str, Any]:
    session.flush()
    etag.mark(image.version)
    return _image(image)


def _shown(found: Sequence[ProductImage]) -> dict[str, Any]:
    return {"data": [_image(image) for image in found]}


def _image(image: ProductImage) -> dict[str, Any]:
    names = ("id", "alt", "state", "problem", "version", "created_at", "updated_at")
    files = [
        {"url": address(image.id, width), "width": width, "height": height}
        for width, height in image.sizes
    ]
    return {name: getattr(image, name) for name in names} | {"files": files}
