"""The services that this process hosts, so that calls among them stay on the calling thread."""

from flask import Flask

from libs.errors import Unavailable

_apps: dict[str, Flask] = {}


def host(service: str, app: Flask) -> None:
    """Make the app the target of `local:<service>`."""
    _apps[service] = app


def find(service: str) -> Flask:
    """The hosted app of that service."""
    try:
        return _apps[service]
    except KeyError:
        raise Unavailable(f"{service} is not hosted by this process") from None
