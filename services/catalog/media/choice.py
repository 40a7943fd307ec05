"""Where images lie: in the store that the settings name, and at which addresses."""

from uuid import UUID

from flask import current_app

from libs.service import service_settings
from services.catalog.errors import NoImages
from services.catalog.media.disk import DiskStore
from services.catalog.media.port import Store, image_key
from services.catalog.media.s3 import S3Store
from services.catalog.settings import CatalogSettings

_EXTENSION = "argosy.catalog.media"
_OWN_ADDRESS = "/api/v1/media"


def store() -> Store:
    """The current app's; NoImages where none is configured."""
    found: Store | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        url = service_settings(CatalogSettings).media_url
        if not url:
            raise NoImages("this shop has no place for images")
        made = DiskStore(url) if url.startswith("file:") else S3Store(url)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found


def disk() -> DiskStore | None:
    """The store, if it is a folder of this machine."""
    if not service_settings(CatalogSettings).media_url.startswith("file:"):
        return None
    found = store()
    return found if isinstance(found, DiskStore) else None


def address(image_id: UUID, width: int) -> str:
    """Where everybody may read a file of an image."""
    settings = service_settings(CatalogSettings)
    return f"{settings.media_public_url or _default_base()}/{image_key(image_id, width)}"


def _default_base() -> str:
    found = store()
    return found.base if isinstance(found, S3Store) else _OWN_ADDRESS
