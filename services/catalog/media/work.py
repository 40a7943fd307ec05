"""What the jobs pool does with an image: makes its files, or removes them."""

from uuid import UUID

from libs.db.transaction import reading, transaction
from services.catalog.commands import images
from services.catalog.errors import BadImage
from services.catalog.media.choice import store
from services.catalog.media.port import image_key, upload_key
from services.catalog.media.thumbnails import WIDTHS, make
from services.catalog.models.tables import ProductImage
from services.catalog.queries.images import find_image
from services.catalog.rules.image_file import MAX_BYTES, check_image


def work(image_id: UUID) -> None:
    """May be done twice: files of one key are the same every time."""
    with reading() as session:
        image = find_image(session, image_id)
    if image is None:
        return
    if image.state == "processing":
        _make_files(image)
    elif image.state == "deleting":
        _remove_files(image)


def _make_files(image: ProductImage) -> None:
    kept = store()
    try:
        data = kept.read(upload_key(image.id), MAX_BYTES) or b""
        # The bytes may have been exchanged since they were looked at.
        check_image(data, image.content_type)
        made = make(data)
    except BadImage as fault:
        with transaction() as session:
            images.refuse(session, image.id, fault.detail)
        kept.delete(upload_key(image.id))
        return
    for file in made:
        kept.write(image_key(image.id, file.width), file.data, "image/webp")
    with transaction() as session:
        shown = images.finish_work(session, image.id, [(one.width, one.height) for one in made])
    if shown:
        kept.delete(upload_key(image.id))


def _remove_files(image: ProductImage) -> None:
    kept = store()
    kept.delete(upload_key(image.id))
    for width in {*WIDTHS, *(size[0] for size in image.sizes)}:
        kept.delete(image_key(image.id, width))
    with transaction() as session:
        images.forget(session, image.id)
