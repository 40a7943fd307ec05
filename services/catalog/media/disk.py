"""Images in a folder of this machine, for a shop in one box: `file:///var/lib/argosy/media`."""

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from libs import clock
from libs.ids import to_text
from services.catalog.errors import StorageAway
from services.catalog.media.port import Upload

UPLOAD_LIFETIME = timedelta(minutes=15)


class DiskStore:
    """Keys are ours alone, so none leads out of the folder."""

    def __init__(self, url: str) -> None:
        self._folder = Path(unquote(urlsplit(url).path))

    def upload(self, image_id: UUID, token: str, content_type: str, size: int) -> Upload:  # noqa: ARG002  the route compares the length with the row
        """A PUT to our own route, which knows the token's digest."""
        url = f"/api/v1/media/uploads/{to_text('img', image_id)}?token={token}"
        headers = {"Content-Type": content_type}
        return Upload("PUT", url, headers, clock.now() + UPLOAD_LIFETIME)

    def read(self, key: str, most: int) -> bytes | None:
        """What lies there, one byte more than `most` at the most."""
        try:
            with self.path(key).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise StorageAway(f"the media folder cannot be read: {fault.strerror}") from fault

    def write(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002  the name says it
        """Whole or not at all: readers never see a part."""
        path = self.path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError as fault:
            raise StorageAway(f"the media folder cannot be written: {fault.strerror}") from fault

    def delete(self, key: str) -> None:
        """Forget it, and the folder that held nothing else."""
        path = self.path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise StorageAway(f"the media folder cannot be written: {fault.strerror}") from fault
        with suppress(OSError):
            path.parent.rmdir()

    def path(self, key: str) -> Path:
        """The file behind a key."""
        return self._folder / key
