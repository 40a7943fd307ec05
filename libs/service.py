"""A Flask app that is only a context: a service's database and settings for work outside HTTP."""

from collections.abc import Mapping
from typing import TypeVar

from flask import Flask, current_app

from libs.db.base import db
from libs.db.settings import DatabaseSettings, database_url, engine_options
from libs.settings import Settings

S = TypeVar("S", bound=Settings)
_SETTINGS = "argosy.settings"


def create_context_app(
    service: str, environ: Mapping[str, str], settings: type[Settings] | None = None
) -> Flask:
    """The context of one service; a SettingsError names what is missing."""
    app = Flask(service, static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url(service, environ)
    options = engine_options(DatabaseSettings.from_env(environ), service)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    if settings:
        keep_settings(app, settings.from_env(environ))
    return app


def keep_settings(app: Flask, settings: Settings) -> None:
    """Let the service's code find its settings."""
    app.extensions[_SETTINGS] = settings


def service_settings(kind: type[S]) -> S:
    """The current service's own settings, in a request, a task or a command line."""
    settings = current_app.extensions[_SETTINGS]
    if not isinstance(settings, kind):
        raise TypeError(f"{current_app.name} runs with {type(settings).__name__}")
    return settings
