"""The shop's public API as people call it: patient while messages are on their way."""

import time
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
import urllib3

from libs.http.prefixes import Prefixes
from libs.runtime import registry

_TRIES_SECONDS = 60.0
_API = "/api/v1"
_SERVICE = "{service}"
_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class ShopFailed(Exception):
    """The shop did not answer as it should; the message holds what it said."""


class Shop:
    """One caller of the shop: nobody at first, somebody after `log_in`.

    `{service}` in the URL stands for the service that owns a path, where no edge dispatches.
    `look()` is called whenever it has to wait.
    """

    def __init__(self, url: str, look: Callable[[], None]) -> None:
        self._url = url
        self._look = look
        timeout = urllib3.Timeout(connect=2.0, read=35.0)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)
        self._headers: dict[str, str] = {}

    def log_in(self, email: str, password: str) -> None:
        """Speak as this user from now on."""
        tokens = self.post("/accounts/login", {"email": email, "password": password})
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    def hold_cart(self, token: str) -> None:
        """Show this token of a guest's cart from now on."""
        self._headers = {"X-Cart-Token": token}

    def get(self, path: str) -> Any:
        """What is there now."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Make something."""
        return self._call("POST", path, body, headers or {})

    def ensure(self, path: str, body: Any) -> None:
        """Make something unless it is there already."""
        self._call("POST", path, body, {}, accepted=(HTTPStatus.CONFLICT,))

    def await_that(self, what: str, done: Callable[[], bool]) -> None:
        """Wait for something that arrives with a message of another service."""
        until = time.monotonic() + _TRIES_SECONDS
        while not done():
            if time.monotonic() > until:
                raise ShopFailed(f"{what} did not happen within {_TRIES_SECONDS:.0f} s")
            self._pause()

    def _call(
        self,
        method: str,
        path: str,
        body: Any,
        headers: Mapping[str, str],
        accepted: tuple[HTTPStatus, ...] = (),
    ) -> Any:
        until = time.monotonic() + _TRIES_SECONDS
        while True:
            answer = self._http.request(
                method,
                f"{address(self._url, path)}{path}",
                body=msgspec.json.encode(body) if body is not None else None,
                headers={"Content-Type": "application/json", **self._headers, **headers},
            )
            if answer.status in _AGAIN and time.monotonic() < until:
                self._pause()
                continue
            if answer.status >= HTTPStatus.BAD_REQUEST and answer.status not in accepted:
                raise ShopFailed(
                    f"{method} {path} answered {answer.status}: {answer.data.decode()}"
                )
            return msgspec.json.decode(answer.data) if answer.data else None

    def _pause(self) -> None:
        self._look()
        time.sleep(0.2)


def address(url: str, path: str) -> str:
    """Where the API is that has the path; `{service}` in the URL becomes the name of its owner."""
    if _SERVICE in url:
        owner = _owners().find(f"{_API}{path.partition('?')[0]}")
        if owner is None:
            raise ShopFailed(f"no service has the path {_API}{path}")
        url = url.replace(_SERVICE, owner)
    return f"{url}{_API}"


@cache
def _owners() -> Prefixes[str]:
    return registry.owners(registry.discover())
