"""Makes the files that are shown of an uploaded image: re-encoded, without any of its metadata."""

import io
from typing import NamedTuple

from services.catalog.errors import BadImage
from services.catalog.rules.image_file import MAX_PIXELS

WIDTHS = (1600, 800, 320)
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 82


class Made(NamedTuple):
    """One file."""

    width: int
    height: int
    data: bytes


def make(data: bytes) -> list[Made]:
    """The image in several widths, the largest first and none larger than it was; or BadImage."""
    # Only the process that makes thumbnails has to hold the library.
    from PIL import Image, ImageOps  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            opened.draft("RGB", (2 * WIDTHS[0], 2 * WIDTHS[0]))
            upright = ImageOps.exif_transpose(opened)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            image = upright.convert(mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise BadImage("the image cannot be decoded") from fault
    made: list[Made] = []
    for width in sorted({min(width, image.width) for width in WIDTHS}, reverse=True):
        height = max(1, round(image.height * width / image.width))
        out = io.BytesIO()
        image.resize((width, height), Image.Resampling.LANCZOS).save(
            out, "WEBP", quality=_QUALITY, method=4
        )
        made.append(Made(width, height, out.getvalue()))
    return made
