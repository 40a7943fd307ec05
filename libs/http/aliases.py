"""Older addresses of operations: one table, applied before a request is dispatched."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

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
        asked = environ["REQUEST_METHOD"]
        if asked == "OPTIONS":  # a browser asks before it sends another method
            asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", asked)
        try:
            target, segments = self._urls.match(path, asked)
        except HTTPException:
            return
        method, _, url = target.partition(" ")
        place, _, query = url.partition("?")
        quoted = {name: quote_plus(segment) for name, segment in segments.items()}
        queries = (query.format(**quoted), environ.get("QUERY_STRING", ""))
        if environ["REQUEST_METHOD"] not in ("HEAD", "OPTIONS"):
            environ["REQUEST_METHOD"] = method
        if method == "POST":
            # Older clients know no such keys: each of their requests counts for itself.
            environ.setdefault("HTTP_IDEMPOTENCY_KEY", uuid4().hex)
        environ["PATH_INFO"] = place.format(**segments).encode().decode("latin-1")
        environ["QUERY_STRING"] = "&".join(part for part in queries if part)


def _rule(alias: str, target: str) -> Rule:
    method, _, pattern = alias.partition(" ")
    pattern = pattern.replace("{", "<").replace("}", ">")
    return Rule(pattern, methods=[method], endpoint=target)
