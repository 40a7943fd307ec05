"""One port for the services of a process, with the pages that belong to none of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from flask import Flask, Response, current_app

from libs.http import docs, health, hooks, local, openapi, postman, refusals
from libs.http.aliases import Aliases
from libs.http.app import JsonProvider, WebService, create_described_app, create_service_app
from libs.http.prefixes import Prefixes
from libs.http.problems import Problem
from libs.http.settings import HttpSettings
from libs.observability import metrics

Apps = Mapping[WebService, Flask]
_SERVICE = "edge"
_APPS = "argosy_apps"
_NAMES = "argosy_services"
_DOCUMENT = "argosy_openapi"
_POSTMAN = "/docs/postman_collection.json"


class Edge:
    """A WSGI application: the longest declared prefix of the path decides who answers."""

    def __init__(self, apps: Apps, platform: Flask, aliases: Aliases) -> None:
        self._aliases = aliases
        self._prefixes = Prefixes(_by_prefix(apps))
        self._platform = platform

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._aliases.apply(environ)
        app = self._prefixes.find(environ["PATH_INFO"])
        return (self._platform if app is None else app)(environ, start_response)


def create_app(
    webs: Sequence[WebService],
    environ: Mapping[str, str],
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> Edge:
    """The whole web side of a process: these services, each hosted for local calls too."""
    apps = {web: create_service_app(web, environ) for web in webs}
    for web, app in apps.items():
        local.host(web.name, app)
    return create_edge(apps, HttpSettings.from_env(environ), aliases)


def create_edge(
    apps: Apps, settings: HttpSettings, aliases: Mapping[str, str] = MappingProxyType({})
) -> Edge:
    """Dispatch to these apps; ValueError when they claim one prefix or document one name twice."""
    documents = {web.name: openapi.document(app) for web, app in apps.items()}
    platform = _platform(documents, settings)
    platform.extensions[_APPS] = {web.name: app for web, app in apps.items()}
    return Edge(apps, platform, Aliases(aliases))


def create_pages(
    webs: Sequence[WebService],
    environ: Mapping[str, str],
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> Edge:
    """The pages alone, over services that other processes serve."""
    documents = {web.name: openapi.document(create_described_app(web)) for web in webs}
    platform = _platform(documents, HttpSettings.from_env(environ))
    platform.extensions[_APPS] = {}
    return Edge({}, platform, Aliases(aliases))


def _platform(documents: Mapping[str, dict[str, Any]], settings: HttpSettings) -> Flask:
    platform = Flask(_SERVICE, static_folder=None)
    platform.json = JsonProvider(platform)
    platform.url_map.merge_slashes = False
    platform.url_map.strict_slashes = False
    platform.extensions[_NAMES] = sorted(documents)
    platform.extensions[_DOCUMENT] = msgspec.json.encode(openapi.merge(documents.values()))
    hooks.register(platform, _SERVICE, settings)
    refusals.register(platform)
    for path, view in _ROUTES.items():
        platform.add_url_rule(path, view_func=view)
    platform.register_blueprint(docs.pages)
    return platform


def _by_prefix(apps: Apps) -> dict[str, Flask]:
    found: dict[str, Flask] = {}
    for web, app in apps.items():
        for prefix in web.prefixes:
            if found.setdefault(prefix, app) is not app:
                raise ValueError(f"two services claim the prefix {prefix}")
    return found


def _apps() -> dict[str, Flask]:
    apps: dict[str, Flask] = current_app.extensions[_APPS]
    return apps


def index() -> dict[str, Any]:
    """What is here."""
    return {
        "name": "Argosy",
        "services": current_app.extensions[_NAMES],
        "links": {
            "openapi": "/openapi.json",
            "swagger_ui": "/docs/",
            "redoc": "/redoc/",
            "postman": _POSTMAN,
        },
    }


def live() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


def ready() -> dict[str, str]:
    """Every service's own database is reachable and its schema current."""
    if reasons := health.not_ready(_apps()):
        raise Problem(
            503,
            "not_ready",
            "Not every service of this process can answer yet.",
            headers={"Retry-After": "1"},
            retryable=True,
            extra={"services": reasons},
        )
    return {"status": "ready"}


def dependencies() -> tuple[dict[str, Any], int]:
    """Every dependency of every service; only a database that is down makes it a 503."""
    services = health.details(_apps())
    down = {
        dependency
        for probes in services.values()
        for dependency, probe in probes.items()
        if probe["status"] == "down"
    }
    status = "down" if "database" in down else "degraded" if down else "ok"
    return {"status": status, "services": services}, 503 if status == "down" else 200


def measured() -> Response:
    """Prometheus metrics of this process group."""
    body, content_type = metrics.exposition()
    return Response(body, content_type=content_type)


def described() -> Response:
    """The merged OpenAPI document."""
    return Response(current_app.extensions[_DOCUMENT], content_type="application/json")


def collected() -> Response:
    """The merged document as a Postman collection."""
    document = msgspec.json.decode(current_app.extensions[_DOCUMENT])
    body = msgspec.json.encode(postman.collection(document))
    return Response(
        body,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="argosy.postman_collection.json"'},
    )


_ROUTES: dict[str, Callable[[], Any]] = {
    "/": index,
    "/livez": live,
    "/readyz": ready,
    "/health": dependencies,
    "/metrics": measured,
    "/openapi.json": described,
    _POSTMAN: collected,
}
