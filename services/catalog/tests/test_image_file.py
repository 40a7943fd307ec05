"""Which bytes pass for an image, before anything decodes them."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from services.catalog.errors import BadImage
from services.catalog.media.thumbnails import make
from services.catalog.rules.image_file import check_image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """An image that Pillow wrote."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A part of a PNG image."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def huge_png(width: int, height: int) -> bytes:
    """A small file that says it is large."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("content_type", KINDS)
def test_a_plain_image_passes_with_its_size(content_type: str) -> None:
    assert check_image(picture(KINDS[content_type]), content_type) == (40, 30)


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", progressive=True, quality=95),
        picture("JPEG", comment=b"made by hand"),
        picture("JPEG", exif=Image.Exif()),
    ],
)
def test_a_camera_picture_passes(data: bytes) -> None:
    assert check_image(data, "image/jpeg") == (40, 30)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 10}, {"exif": b"Exif\0\0II"}])
def test_every_kind_of_webp_passes(options: dict[str, Any]) -> None:
    assert check_image(picture("WEBP", **options), "image/webp") == (40, 30)


@pytest.mark.parametrize("content_type", KINDS)
@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", SVG, b"\x89PNG", b"<html>", b"PK\x03\x04", b"RIFF\0\0\0\0WEBP", b"\0" * 99],
)
def test_what_is_no_such_image_is_refused(content_type: str, data: bytes) -> None:
    with pytest.raises(BadImage):
        check_image(data, content_type)


@pytest.mark.parametrize("content_type", KINDS)
def test_an_image_of_another_type_than_announced_is_refused(content_type: str) -> None:
    others = {name for kind, name in KINDS.items() if kind != content_type}

    for other in others:
        with pytest.raises(BadImage):
            check_image(picture(other), content_type)


@pytest.mark.parametrize("content_type", KINDS)
@pytest.mark.parametrize("tail", [b"PK\x03\x04archive", b"<script>alert(1)</script>", b"\0"])
def test_an_image_with_something_behind_it_is_refused(content_type: str, tail: bytes) -> None:
    with pytest.raises(BadImage, match="does not end"):
        check_image(picture(KINDS[content_type]) + tail, content_type)


@pytest.mark.parametrize("content_type", KINDS)
def test_an_image_that_is_cut_off_is_refused_wherever_it_is_cut(content_type: str) -> None:
    whole = picture(KINDS[content_type])

    for end in range(len(whole)):
        with pytest.raises(BadImage):
            check_image(whole[:end], content_type)


@pytest.mark.parametrize(
    "hidden", [b"<script>alert(1)</script>", b"<?php system($_GET[0]);", b"%PDF-1.7", SVG]
)
def test_an_image_with_a_script_or_document_in_its_comments_is_refused(hidden: bytes) -> None:
    whole = picture()
    jpeg = picture("JPEG", comment=hidden)
    png = whole[:33] + chunk(b"tEXt", b"Comment\0" + hidden) + whole[33:]
    webp = picture("WEBP", xmp=hidden)

    for data, content_type in ((jpeg, "image/jpeg"), (png, "image/png"), (webp, "image/webp")):
        with pytest.raises(BadImage, match="no image"):
            check_image(data, content_type)


@pytest.mark.parametrize(
    "size", [(50_000, 1), (1, 50_000), (50_000, 50_000), (6_000, 6_000), (0, 5)]
)
def test_an_image_that_says_it_is_huge_or_nothing_is_refused_before_decoding(
    size: tuple[int, int],
) -> None:
    with pytest.raises(BadImage, match="pixels"):
        check_image(huge_png(*size), "image/png")


def test_a_damaged_part_of_a_png_is_noticed() -> None:
    data = bytearray(picture())
    data[45] ^= 1

    with pytest.raises(BadImage, match="damaged"):
        check_image(bytes(data), "image/png")


def test_thumbnails_are_new_files_without_metadata_and_never_larger_than_the_image() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"

    made = make(picture("JPEG", (1000, 500), exif=exif))

    assert [(one.width, one.height) for one in made] == [(1000, 500), (800, 400), (320, 160)]
    for one in made:
        opened = Image.open(io.BytesIO(one.data))
        assert (opened.format, opened.size) == ("WEBP", (one.width, one.height))
        assert not opened.getexif()
        assert b"secret place" not in one.data


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    made = make(picture("JPEG", (40, 30), exif=exif))

    assert [(one.width, one.height) for one in made] == [(30, 40)]


def test_what_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(BadImage):
        make(huge_png(10, 10))
