"""Whether uploaded bytes are a plain image, by their structure alone: nothing is decoded.

A file may be several things at once (a picture that is also an archive or a script), so every byte
has to belong to the image, and nothing that is not one may hide in its comments.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from services.catalog.errors import BadImage

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 12_000
# What decoding may cost: 24 megapixels of a camera pass.
MAX_PIXELS = 25_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FOREIGN = (b"<script", b"<?php", b"<svg", b"<html", b"<!doctype", b"javascript:", b"%pdf-",
            b"pk\x03\x04", b"rar!", b"\x7felf", b"<%@", b"<jsp:")  # fmt: skip
_RESTARTS = range(0xD0, 0xD8)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMMENTS = frozenset({*range(0xE0, 0xF0), 0xFE})
_SOS, _EOI = 0xDA, 0xD9


class Shape(NamedTuple):
    """What the file says it holds."""

    width: int
    height: int


def check_image(data: bytes, content_type: str) -> Shape:
    """The size of the image, or BadImage with the reason."""
    try:
        shape = CONTENT_TYPES[content_type](data)
    except (struct.error, IndexError):
        raise BadImage("the image is cut off") from None
    if not (0 < shape.width <= MAX_SIDE and 0 < shape.height <= MAX_SIDE):
        raise BadImage(f"an image side may have 1 to {MAX_SIDE} pixels")
    if shape.width * shape.height > MAX_PIXELS:
        raise BadImage(f"an image may have {MAX_PIXELS} pixels at most")
    return shape


def _png(data: bytes) -> Shape:
    if not data.startswith(_PNG):
        raise BadImage("the file is no PNG image")
    shape, place, kind = None, len(_PNG), b""
    while kind != b"IEND":
        (size,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + size)
        if zlib.crc32(kind + body) != checksum:
            raise BadImage("a part of the PNG image is damaged")
        if shape is None:
            if kind != b"IHDR":
                raise BadImage("the PNG image does not begin with its header")
            shape = Shape(*struct.unpack_from(">II", body))
        if kind not in (b"IDAT", b"PLTE", b"IHDR"):
            _refuse_foreign(body)
        place += 12 + size
    _refuse_rest(data, place)
    if shape is None:
        raise BadImage("the PNG image has no header")
    return shape


def _jpeg(data: bytes) -> Shape:
    if not data.startswith(b"\xff\xd8\xff"):
        raise BadImage("the file is no JPEG image")
    shape = None
    for marker, body in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
            shape = Shape(width, height)
        if marker in _COMMENTS:
            _refuse_foreign(body)
    if shape is None:
        raise BadImage("the JPEG image has no frame")
    return shape


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each part up to the end of the image, which is the file's."""
    place = 2
    while True:
        if data[place] != 0xFF:  # noqa: PLR2004  the byte that begins a marker
            raise BadImage("the JPEG image is damaged")
        marker = data[place + 1]
        if marker == _EOI:
            break
        (size,) = struct.unpack_from(">H", data, place + 2)
        yield marker, data[place + 4 : place + 2 + size]
        place += 2 + size
        if marker == _SOS:
            place = _end_of_scan(data, place)
    _refuse_rest(data, place + 2)


def _end_of_scan(data: bytes, place: int) -> int:
    """The next marker that is not part of the compressed data."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0:
            raise BadImage("the image is cut off")
        if data[place + 1] != 0 and data[place + 1] not in _RESTARTS:
            return place
        place += 2


def _webp(data: bytes) -> Shape:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise BadImage("the file is no WebP image")
    (size,) = struct.unpack_from("<I", data, 4)
    _refuse_rest(data, size + 8)
    shape, place = None, 12
    while place < len(data):
        kind, (length,) = data[place : place + 4], struct.unpack_from("<I", data, place + 4)
        body = data[place + 8 : place + 8 + length]
        if shape is None:
            shape = _webp_shape(kind, body)
        if kind not in (b"VP8 ", b"VP8L", b"ALPH", b"ANMF"):
            _refuse_foreign(body)
        place += 8 + length + length % 2
    if shape is None or place != len(data):
        raise BadImage("the WebP image is damaged")
    return shape


def _webp_shape(kind: bytes, body: bytes) -> Shape:
    if kind == b"VP8X":
        return Shape(
            1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
        )
    if kind == b"VP8L" and body[0] == 0x2F:  # noqa: PLR2004  the signature of the format
        bits = int.from_bytes(body[1:5], "little")
        return Shape(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return Shape(width & 0x3FFF, height & 0x3FFF)
    raise BadImage("the WebP image does not begin with a frame")


def _refuse_foreign(comment: bytes) -> None:
    text = comment.lower()
    if any(sign in text for sign in _FOREIGN):
        raise BadImage("the image carries something that is no image")


def _refuse_rest(data: bytes, end: int) -> None:
    if len(data) != end:
        raise BadImage("the file does not end where the image does")


CONTENT_TYPES: dict[str, Callable[[bytes], Shape]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}
