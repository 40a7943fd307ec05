"""The API's pages, Swagger UI and ReDoc, served by us from an installed package: no CDN."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

_PACKAGE = "offapi"
_ASSETS = {
    "swagger-ui.js": "swagger_bundle.js",
    "swagger-ui.css": "swagger_style.css",
    "redoc.js": "redoc.js",
}
_CACHE_SECONDS = 86_400
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; worker-src blob:; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Argosy API</title>
{head}</head>
<body>
<div id="page"></div>
<script type="module" src="/docs/start/{start}"></script>
</body>
</html>
"""
# Swagger UI is a classic script, ReDoc a module that its start imports.
_SWAGGER_UI = (
    '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">\n'
    '<script src="/docs/assets/swagger-ui.js" defer></script>\n'
)
_REDOC = '<link rel="modulepreload" href="/docs/assets/redoc.js">\n'
# Scripts of their own, because the policy allows none inside a page.
_START = {
    "swagger-ui.js": (
        'SwaggerUIBundle({url: "/openapi.json", dom_id: "#page", deepLinking: true,'
        " showExtensions: true, validatorUrl: null});"
    ),
    "redoc.js": (
        'import {init} from "/docs/assets/redoc.js";'
        ' init("/openapi.json", {}, document.getElementById("page"));'
    ),
}

pages = Blueprint("pages", __name__)


@pages.get("/docs/")
def swagger_ui() -> Response:
    """Swagger UI."""
    return _page(_SWAGGER_UI, "swagger-ui.js")


@pages.get("/redoc/")
def redoc() -> Response:
    """ReDoc."""
    return _page(_REDOC, "redoc.js")


@pages.get("/docs/assets/<name>")
def asset(name: str) -> Response:
    """A file of the package, by our own name for it."""
    if name not in _ASSETS:
        abort(404)
    return send_file(_folder() / _ASSETS[name], max_age=_CACHE_SECONDS)


@pages.get("/docs/start/<name>")
def start(name: str) -> Response:
    """The line that starts a page."""
    if name not in _START:
        abort(404)
    return Response(_START[name], mimetype="text/javascript")


def _page(head: str, start: str) -> Response:
    html = _PAGE.format(head=head, start=start)
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})


def _folder() -> Path:
    """Where the package lies; not imported, because its import reads megabytes into memory."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(_PACKAGE)
    return Path(spec.submodule_search_locations[0])
