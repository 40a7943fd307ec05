"""Cms on the web."""

from libs.http.app import WebService
from services.cms.routes.published import published
from services.cms.routes.versions import versions
from services.cms.settings import CmsSettings

WEB = WebService(
    name="cms",
    prefixes=("/api/v1/cms",),
    blueprints=(published, versions),
    settings=CmsSettings,
)
