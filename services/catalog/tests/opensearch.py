"""A search server that speaks as much of the OpenSearch API as the catalog uses, and no more.

It refuses what it does not know, so a request that a real cluster would refuse is noticed here.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WORD = re.compile(r"\w+")


class OpenSearchServer:
    """Indexes in memory; `fault` makes it answer every request with that status."""

    def __init__(self) -> None:
        self.indexes: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.fault: int | None = None
        self.authorization: str | None = None
        handler = type("Handler", (_Handler,), {"search": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://user:secret@127.0.0.1:{self._server.server_port}/products"

    @contextmanager
    def running(self) -> Iterator["OpenSearchServer"]:
        """Until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """The answer to one request."""
        index, _, action = path.strip("/").partition("/")
        request = f"{method} {action or 'index'}"
        self.requests.append(request)
        if self.fault:
            return self.fault, {"error": {"type": "circuit_breaking_exception"}}
        if request == "PUT index":
            return self._create(index, json.loads(body))
        if index not in self.indexes:
            return 404, {"error": {"type": "index_not_found_exception"}}
        return self._ask(self.indexes[index], request, body)

    def _ask(self, index: dict[str, Any], request: str, body: bytes) -> tuple[int, Any]:
        if request == "POST _bulk":
            return 200, self._bulk(index, body)
        if request == "POST _search":
            return 200, _search(index["documents"], json.loads(body))
        if request == "HEAD index":
            return 200, None
        return 400, {"error": {"type": "illegal_argument_exception"}}

    def _create(self, index: str, body: dict[str, Any]) -> tuple[int, Any]:
        if index in self.indexes:
            return 400, {"error": {"type": "resource_already_exists_exception"}}
        self.indexes[index] = {"mappings": body["mappings"], "documents": {}}
        return 200, {"acknowledged": True}

    @staticmethod
    def _bulk(index: dict[str, Any], body: bytes) -> Any:
        assert body.endswith(b"\n")
        lines = [json.loads(line) for line in body.splitlines()]
        items = []
        for action, source in zip(lines[::2], lines[1::2], strict=True):
            meta = action["index"]
            assert meta["version_type"] == "external_gte"
            unknown = set(source) - set(index["mappings"]["properties"])
            known = index["documents"].get(meta["_id"])
            if unknown:
                status = 400
            elif known and known["version"] > meta["version"]:
                status = 409
            else:
                index["documents"][meta["_id"]] = {"version": meta["version"], "source": source}
                status = 201
            items.append({"index": {"_id": meta["_id"], "status": status}})
        return {"errors": any(one["index"]["status"] >= 400 for one in items), "items": items}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    search: OpenSearchServer

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.search.authorization = self.headers.get("Authorization")
        status, document = self.search.handle(self.command, self.path, body)
        has_body = self.command != "HEAD"
        data = json.dumps(document).encode() if has_body else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_HEAD = _answer  # noqa: N815  # the names that the base class calls

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def _search(documents: dict[str, Any], body: dict[str, Any]) -> Any:
    score, identifier = (next(iter(key.items())) for key in body["sort"])
    assert (score[0], identifier[0]) == ("_score", "id")
    found = [(_score(body["query"], one["source"]), key) for key, one in documents.items()]
    hits = sorted((hit for hit in found if hit[0] is not None), reverse=score[1] == "desc")
    if after := body.get("search_after"):
        place = (after[0], after[1])
        hits = [hit for hit in hits if (hit < place if score[1] == "desc" else hit > place)]
    shown = [{"_id": key, "sort": [points, key]} for points, key in hits[: body["size"]]]
    return {"hits": {"hits": shown}}


def _score(query: dict[str, Any], source: dict[str, Any]) -> float | None:
    """None: no match."""
    [(kind, body)] = query.items()
    return _KINDS[kind](body, source)


def _bool(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    assert set(body) <= {"must", "should", "filter", "minimum_should_match"}
    needed = [_score(one, source) for one in (*body.get("must", ()), *body.get("filter", ()))]
    if None in needed:
        return None
    better = [points for one in body.get("should", ()) if (points := _score(one, source))]
    if len(better) < body.get("minimum_should_match", 0):
        return None
    return sum(one for one in needed if one) + sum(better)


def _match(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    [(field, asked)] = body.items()
    slack = asked.get("fuzziness") == "AUTO"
    there = _words(field, source)
    hits = [any(_near(word, one, slack) for one in there) for word in _split(asked["query"])]
    enough = all(hits) if asked.get("operator") == "and" else any(hits)
    return float(asked.get("boost", 1)) * sum(hits) if enough else None


def _prefix(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    [(field, asked)] = body.items()
    *whole, last = _split(asked["query"])
    there = _words(field, source)
    fits = all(word in there for word in whole) and any(one.startswith(last) for one in there)
    return 1.0 if fits else None


def _range(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    [(field, bounds)] = body.items()
    value = _value(field, source)
    if value is None:
        return None
    fits = bounds.get("gte", value) <= value <= bounds.get("lte", value)
    return 0.0 if fits else None


def _terms(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    [(field, wanted)] = body.items()
    value = _value(field, source)
    values = value if isinstance(value, list) else [value]
    return 0.0 if set(values) & set(wanted) else None


def _term(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    [(field, wanted)] = body.items()
    return _terms({field: [wanted]}, source)


def _exists(body: dict[str, Any], source: dict[str, Any]) -> float | None:
    return None if _value(body["field"], source) is None else 0.0


_KINDS = {
    "bool": _bool,
    "match": _match,
    "match_bool_prefix": _prefix,
    "range": _range,
    "term": _term,
    "terms": _terms,
    "exists": _exists,
}


def _value(field: str, source: dict[str, Any]) -> Any:
    outer, _, inner = field.partition(".")
    return source.get(outer, {}).get(inner) if inner else source.get(outer)


def _words(field: str, source: dict[str, Any]) -> list[str]:
    fields = ("name", "brand", "words") if field == "all" else (field,)
    return [word for one in fields for word in _split(source[one])]


def _split(text: str) -> list[str]:
    return [word.removesuffix("s") for word in _WORD.findall(text.lower())]


def _near(asked: str, there: str, slack: bool) -> bool:
    if not slack:
        return asked == there
    return _edits(asked, there) <= (0 if len(asked) < 3 else 1 if len(asked) < 6 else 2)


@lru_cache(maxsize=100_000)
def _edits(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return _edits(one[1:], other[1:])
    choices = [_edits(one[1:], other), _edits(one, other[1:]), _edits(one[1:], other[1:])]
    if one[:2] == other[1::-1] and len(one) > 1:
        choices.append(_edits(one[2:], other[2:]))
    return 1 + min(choices)
