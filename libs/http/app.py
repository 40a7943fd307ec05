"""The factory of every service's Flask app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from flask import Flask, Response
from flask.json.provider import JSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from libs.db.base import db
from libs.db.settings import DatabaseSettings, database_url, engine_options
from libs.http import gate, hooks, refusals
from libs.http.auth import Authenticator
from libs.http.blueprint import Blueprint
from libs.http.declarations import declared_operations
from libs.http.kernel import Kernel, install
from libs.http.openapi import create_api
from libs.http.parsing import BoundedRequest
from libs.http.paths import IdConverter
from libs.http.ratelimit import Limiter
from libs.http.settings import HttpSettings
from libs.service import keep_settings
from libs.settings import Settings, SettingsError


@dataclass(frozen=True)
class WebService:
    """What a service brings to the web: `prefixes` are the paths that are its own (`Prefixes`)."""

    name: str
    prefixes: tuple[str, ...]
    blueprints: tuple[Blueprint, ...]
    settings: type[Settings] | None = None
    setup: Callable[[Flask], None] | None = None


class JsonProvider(JSONProvider):
    """msgspec instead of the standard library: several times quicker, and strict about types."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return msgspec.json.decode(s)

    def response(self, *args: Any, **kwargs: Any) -> Any:
        body = msgspec.json.encode(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")


def create_service_app(web: WebService, environ: Mapping[str, str]) -> Flask:
    """The service as a Flask app with its own engine; SettingsError or ValueError if it cannot."""
    http, own, database = _settings(web, environ)
    app = _bare_app(web.name, http)
    app.config.update(database)
    hooks.register(app, web.name, http)
    app.before_request(gate.admit)
    refusals.register(app)
    db.init_app(app)
    _mount(app, web)
    if own:
        keep_settings(app, own)
    limiter = Limiter.from_settings(http)
    install(
        app,
        Kernel(
            service=web.name,
            http=http,
            authenticator=Authenticator(app, http, web.name),
            limiter=limiter,
            operations=declared_operations(app, web.prefixes, limiter),
        ),
    )
    if web.setup:
        web.setup(app)
    return app


def create_described_app(web: WebService) -> Flask:
    """The service's operations to be read, not to be called: no settings, no database."""
    app = _bare_app(web.name, HttpSettings())
    _mount(app, web)
    return app


def _bare_app(name: str, http: HttpSettings) -> Flask:
    app = Flask(name, static_folder=None)
    app.json = JsonProvider(app)
    app.request_class = BoundedRequest
    app.url_map.converters["id"] = IdConverter
    # The redirect that would merge them names whatever Host the client sent.
    app.url_map.merge_slashes = False
    if hops := http.trusted_proxies:
        behind_proxies = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
        app.wsgi_app = behind_proxies  # type: ignore[method-assign]  # Flask's documented way
    return app


def _settings(
    web: WebService, environ: Mapping[str, str]
) -> tuple[HttpSettings, Settings | None, dict[str, Any]]:
    """The HTTP settings, the service's own, Flask-SQLAlchemy's; all faults in one SettingsError."""
    faults: list[str] = []

    def read(source: Callable[[], Any]) -> Any:
        try:
            return source()
        except SettingsError as fault:
            faults.append(str(fault))
            return None

    http = read(lambda: HttpSettings.from_env(environ))
    own = read(partial(web.settings.from_env, environ)) if web.settings else None
    url = read(lambda: database_url(web.name, environ))
    options = read(lambda: engine_options(DatabaseSettings.from_env(environ), web.name))
    if faults:
        raise SettingsError("; ".join(faults))
    database = {"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": options}
    return http, own, database


def _mount(app: Flask, web: WebService) -> None:
    api = create_api(app, f"Argosy {web.name}")
    for blueprint in web.blueprints:
        if blueprint.is_internal:
            app.register_blueprint(blueprint)
        else:
            api.register_blueprint(blueprint)
