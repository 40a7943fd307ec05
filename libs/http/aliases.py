"""Older addresses of operations: one table, applied before a request is dispatched."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule


class Aliases:
    """`"GET /auth/refresh": "POST /api/v1/accounts/token/refresh"`, with `{name}` for a segment.

    A target may end in a query, whose values may be segments too; the request's own query follows.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self._map = Map(
            [_rule(alias, target) for alias, target in table.items()],
            strict_slashes=False,
            merge_slashes=False,
        )
        self._urls = self._map.bind("")
        self._empty = not table

    def apply(self, environ: dict[str, Any]) -> None:
        """Rewrite the request in place when its method and path are an alias."""
        if self._empty:
            return
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        try:
            target, segments = self._urls.match(path, environ["REQUEST_METHOD"])
        except HTTPException:
            return
        method, _, url = target.partition(" ")
        place, _, query = url.partition("?")
        quoted = {name: quote_plus(segment) for name, segment in segments.items()}
        queries = (query.format(**quoted), environ.get("QUERY_STRING", ""))
        environ["REQUEST_METHOD"] = method
        environ["PATH_INFO"] = place.format(**segments).encode().decode("latin-1")
        environ["QUERY_STRING"] = "&".join(part for part in queries if part)


def _rule(alias: str, target: str) -> Rule:
    method, _, pattern = alias.partition(" ")
    pattern = pattern.replace("{", "<").replace("}", ">")
    return Rule(pattern, methods=[method], endpoint=target)
