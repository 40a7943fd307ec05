"""Servers that somebody else runs, given to the tests by URL instead of the private ones."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from urllib3 import PoolManager, Timeout, make_headers

from libs.testing.servers.postgres import Databases
from libs.testing.servers.private import ServerFailed

_MANAGEMENT_PORT = 15672


class GivenPostgres(Databases):
    """A PostgreSQL server by the URL of a role that may create databases."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        return self._url


@dataclass(frozen=True)
class GivenRedis:
    """A Redis database that the tests may empty."""

    url: str


class GivenRabbit:
    """A broker by the URL of an administrator, its management API on the usual port."""

    def __init__(self, url: str, management_port: int = _MANAGEMENT_PORT) -> None:
        self.url = url
        parts = urlsplit(url)
        self._user = parts.username or "guest"
        self._api = f"http://{parts.hostname}:{management_port}/api"
        self._headers = make_headers(basic_auth=f"{self._user}:{parts.password or 'guest'}")
        self._http = PoolManager(timeout=Timeout(connect=2, read=10), retries=False)

    def new_vhost(self, name: str) -> str:
        """A fresh virtual host that the URL's user may use; one that exists is emptied first."""
        self._call("DELETE", f"vhosts/{name}", accept=(204, 404))
        self._call("PUT", f"vhosts/{name}")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._call("PUT", f"permissions/{name}/{self._user}", everything)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_vhost(self, name: str) -> None:
        self._call("DELETE", f"vhosts/{name}", accept=(204, 404))

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        accept: tuple[int, ...] = (201, 204),
    ) -> None:
        headers = self._headers | {"content-type": "application/json"}
        answer = self._http.request(
            method, f"{self._api}/{path}", body=json.dumps(body or {}), headers=headers
        )
        if answer.status not in accept:
            raise ServerFailed(f"the broker's management API answered {answer.status} to {path}")
