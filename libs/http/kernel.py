"""What a service app carries: its declarations, its verifier, its limiter."""

from dataclasses import dataclass

from flask import Flask, current_app

from libs.http.auth import Authenticator
from libs.http.operation import Operation
from libs.http.ratelimit import Limiter
from libs.http.settings import HttpSettings

_EXTENSION = "argosy"


@dataclass(frozen=True)
class Kernel:
    """Built once by `create_service_app`."""

    service: str
    http: HttpSettings
    authenticator: Authenticator
    limiter: Limiter
    operations: dict[str, Operation]


def install(app: Flask, kernel: Kernel) -> None:
    """Hand the app its kernel."""
    app.extensions[_EXTENSION] = kernel


def kernel_of(app: Flask) -> Kernel:
    """The kernel of that app."""
    found: Kernel = app.extensions[_EXTENSION]
    return found


def kernel() -> Kernel:
    """The kernel of the app that answers the current request."""
    return kernel_of(current_app)
