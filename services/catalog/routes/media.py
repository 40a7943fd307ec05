"""Files of images where they lie in a folder of this machine; an object store serves its own."""

import re
from typing import Any
from uuid import UUID

from flask import Response, request

from libs.db.transaction import reading
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.problems import Problem
from services.catalog.errors import ImageNotFound
from services.catalog.media.choice import disk
from services.catalog.media.port import upload_key
from services.catalog.queries.images import awaited
from services.catalog.rules.image_file import CONTENT_TYPES, MAX_BYTES
from services.catalog.schemas.images import UploadArgs

_KEY = re.compile(r"images/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9]{1,5}\.webp")
_BINARY = {"type": "string", "format": "binary"}

media = Blueprint(
    "media", __name__, url_prefix="/api/v1/media", description="Files of pictures, on one machine."
)


@media.put("/uploads/<id('img'):image_id>")
@access(public=True)
@media.doc(
    requestBody={
        "required": True,
        "content": {kind: {"schema": _BINARY} for kind in CONTENT_TYPES},
    }
)
@media.arguments(UploadArgs, location="query")
@media.response(204)
def upload_image(args: dict[str, Any], image_id: UUID) -> None:
    """Hand in the bytes of an image, with the address that its announcement gave."""
    folder = disk()
    if folder is None:
        raise ImageNotFound("no image is awaited here")
    with reading() as session:
        image = awaited(session, image_id, args["token"])
    if request.mimetype != image.content_type:
        raise Problem(415, "unsupported_media_type", f"The body must be {image.content_type}.")
    request.max_content_length = MAX_BYTES + 1
    data = request.stream.read(image.size + 1)
    if len(data) != image.size:
        raise Problem(422, "wrong_size", f"The body must have just {image.size} bytes.")
    folder.write(upload_key(image_id), data, image.content_type)


@media.get("/<path:key>")
@access(public=True)
@media.response(200, _BINARY, content_type="image/webp")
def get_media(key: str) -> Response:
    """A file of an image; it never changes."""
    folder = disk()
    data = folder.read(key, MAX_BYTES) if folder and _KEY.fullmatch(key) else None
    if data is None:
        raise ImageNotFound("there is no such file")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(data, content_type="image/webp", headers=headers)
