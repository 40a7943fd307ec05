"""Images in an S3-compatible store; clients hand in by pre-signed URLs, and so do we."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import urllib3

from libs import clock
from services.catalog.errors import StorageAway
from services.catalog.media.port import Upload, upload_key
from services.catalog.media.signing import Signer

_OWN_SECONDS = 60
_UPLOAD_SECONDS = 900
_TIMEOUT = urllib3.Timeout(connect=2.0, read=10.0)


class S3Store:
    """One bucket: `s3+https://key:secret@host:9000/bucket?region=eu-central-1`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        scheme = parts.scheme.removeprefix("s3+")
        self.base = f"{scheme}://{parts.hostname}{port}/{parts.path.strip('/')}"
        region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
        access, secret = unquote(parts.username or ""), unquote(parts.password or "")
        self._signer = Signer(access, secret, region)
        self._http = urllib3.PoolManager(maxsize=4, retries=False)

    def upload(self, image_id: UUID, token: str, content_type: str, size: int) -> Upload:  # noqa: ARG002  the signature is the proof here
        """A PUT whose length and type are part of what is signed."""
        headers = {"Content-Length": str(size), "Content-Type": content_type}
        url = self._signed("PUT", upload_key(image_id), headers, _UPLOAD_SECONDS)
        return Upload("PUT", url, headers, clock.now() + timedelta(seconds=_UPLOAD_SECONDS))

    def read(self, key: str, most: int) -> bytes | None:
        """What lies there, one byte more than `most` at the most."""
        url = self._signed("GET", key, {}, _OWN_SECONDS)
        try:
            answer = self._http.request("GET", url, timeout=_TIMEOUT, preload_content=False)
            with answer:
                data = answer.read(most + 1, decode_content=False)
        except urllib3.exceptions.HTTPError as fault:
            raise StorageAway("the object store does not answer") from fault
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        _check(answer.status)
        return bytes(data)

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Keep this; what is kept never changes, so it may be cached for ever."""
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Type": content_type,
        }
        self._send("PUT", key, headers, data)

    def delete(self, key: str) -> None:
        """Forget it."""
        self._send("DELETE", key, {}, None)

    def _send(self, method: str, key: str, headers: Mapping[str, str], data: bytes | None) -> None:
        url = self._signed(method, key, headers, _OWN_SECONDS)
        try:
            answer = self._http.request(method, url, body=data, headers=headers, timeout=_TIMEOUT)
        except urllib3.exceptions.HTTPError as fault:
            raise StorageAway("the object store does not answer") from fault
        _check(answer.status)

    def _signed(self, method: str, key: str, headers: Mapping[str, str], seconds: int) -> str:
        url = f"{self.base}/{key}"
        return self._signer.presigned(method, url, headers, seconds=seconds, at=clock.now())


def _check(status: int) -> None:
    if status >= HTTPStatus.BAD_REQUEST:
        raise StorageAway(f"the object store answered {status}")
