"""Searches by OpenSearch or Elasticsearch: their common HTTP API, and nothing of either alone."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec
import urllib3

from libs.db.page import BadCursor, Page
from services.catalog.queries.criteria import Criteria
from services.catalog.rules.attributes import Narrowing
from services.catalog.search.port import Document, IndexAway

# A cursor of this index begins with it, so that no other answer takes it for its own.
CURSOR = "x."
_TIMEOUT = urllib3.Timeout(connect=0.3, read=1.0)
_FEED_TIMEOUT = urllib3.Timeout(connect=2.0, read=20.0)
_TEXT = {"type": "text", "analyzer": "english"}
_COPIED = {**_TEXT, "copy_to": "all"}
_KEYWORD = {"type": "keyword"}
_MAPPING = {
    "settings": {"index": {"number_of_shards": 1}},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "id": _KEYWORD,
            "all": _TEXT,
            "name": _COPIED,
            "brand": _COPIED,
            "words": _COPIED,
            "description": _TEXT,
            "visible": {"type": "boolean"},
            "in_stock": {"type": "boolean"},
            "price": {"type": "long"},
            "discount": {"type": "long"},
            "prices": {"type": "object", "dynamic": True},
            "categories": _KEYWORD,
            "brand_slug": _KEYWORD,
            "facets": _KEYWORD,
            "numbers": {"type": "object", "dynamic": True},
            "created_at": {"type": "date"},
        },
    },
}


class _Place(msgspec.Struct, array_like=True):
    backwards: bool
    score: float
    id: str


class OpenSearch:
    """One index of one cluster: `http(s)://user:password@host:9200/products`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        self._base = f"{parts.scheme}://{parts.hostname}{port}"
        self._index = parts.path.strip("/")
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._headers = urllib3.make_headers(basic_auth=user) if parts.username else {}
        self._http = urllib3.PoolManager(maxsize=8, retries=False)

    def find(
        self, criteria: Criteria, wanted: Sequence[Narrowing], *, cursor: str | None, limit: int
    ) -> Page[UUID]:
        """Ids by rank; forgives typos, and takes the last word as perhaps unfinished."""
        place = _decode(cursor) if cursor else None
        body = _query(criteria, wanted) | _order(place) | {"size": limit + 1}
        answer = self._call("POST", f"/{self._index}/_search", body, _TIMEOUT)
        try:
            hits = [(UUID(hit["_id"]), float(hit["sort"][0])) for hit in answer["hits"]["hits"]]
        except (KeyError, TypeError, ValueError, IndexError) as fault:
            raise IndexAway("the search index answered with something else") from fault
        return _page(hits, place, limit)

    def create(self) -> bool:
        """Make the index where there is none; whether it was made."""
        answer = self._send("HEAD", f"/{self._index}", None, _FEED_TIMEOUT)
        if answer.status == HTTPStatus.OK:
            return False
        made = self._send("PUT", f"/{self._index}", msgspec.json.encode(_MAPPING), _FEED_TIMEOUT)
        if made.status == HTTPStatus.BAD_REQUEST and b"already_exists" in made.data:
            return False
        _decoded(made)
        return True

    def put(self, documents: Sequence[Document]) -> None:
        """By one request; a document that is newer there already stays."""
        lines = b"".join(_line(one) for document in documents for one in _indexing(document))
        answer = self._send("POST", f"/{self._index}/_bulk", lines, _FEED_TIMEOUT)
        for item in _decoded(answer).get("items", ()):
            status = item.get("index", {}).get("status", 0)
            if status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.CONFLICT:
                raise IndexAway(f"the search index refused a document with status {status}")

    def _call(self, method: str, path: str, body: Any, timeout: urllib3.Timeout) -> Any:
        return _decoded(self._send(method, path, msgspec.json.encode(body), timeout))

    def _send(
        self, method: str, path: str, body: bytes | None, timeout: urllib3.Timeout
    ) -> urllib3.BaseHTTPResponse:
        kind = "application/x-ndjson" if path.endswith("_bulk") else "application/json"
        headers = {**self._headers, "Content-Type": kind}
        try:
            return self._http.request(
                method, self._base + path, body=body, headers=headers, timeout=timeout
            )
        except urllib3.exceptions.HTTPError as fault:
            raise IndexAway(f"the search index does not answer: {type(fault).__name__}") from fault


def _query(criteria: Criteria, wanted: Sequence[Narrowing]) -> dict[str, Any]:
    words = {"query": criteria.q, "operator": "and"}
    ways = [
        {"match": {"all": {**words, "fuzziness": "AUTO"}}},
        {"match_bool_prefix": {"all": words}},
    ]
    better = [
        {"match": {"name": {"query": criteria.q, "boost": 4}}},
        {"match": {"brand": {"query": criteria.q, "boost": 2}}},
    ]
    found = {
        "must": [{"bool": {"should": ways, "minimum_should_match": 1}}],
        "should": better,
        "filter": [*_filters(criteria), *_attribute_filters(wanted)],
    }
    return {"query": {"bool": found}, "_source": False, "track_total_hits": False}


def _filters(criteria: Criteria) -> Iterator[dict[str, Any]]:
    price = f"prices.{criteria.currency}" if criteria.currency else "price"
    yield {"term": {"visible": True}}
    if criteria.currency:
        yield {"exists": {"field": price}}
    if criteria.category:
        yield {"term": {"categories": criteria.category}}
    if criteria.brand:
        yield {"term": {"brand_slug": criteria.brand}}
    if criteria.in_stock is not None:
        yield {"term": {"in_stock": criteria.in_stock}}
    bounds = {"gte": criteria.price_gte, "lte": criteria.price_lte}
    if criteria.discount_gte is not None:
        yield {"range": {"discount": {"gte": criteria.discount_gte}}}
    if given := {name: bound for name, bound in bounds.items() if bound is not None}:
        yield {"range": {price: given}}


def _attribute_filters(wanted: Sequence[Narrowing]) -> Iterator[dict[str, Any]]:
    for one in wanted:
        if one.values:
            yield {"terms": {"facets": [f"{one.code}={value}" for value in one.values]}}
            continue
        bounds = {"gte": one.least, "lte": one.most}
        given = {name: float(bound) for name, bound in bounds.items() if bound is not None}
        yield {"range": {f"numbers.{one.code}": given}}


def _order(place: _Place | None) -> dict[str, Any]:
    direction = "asc" if place and place.backwards else "desc"
    order: dict[str, Any] = {"sort": [{"_score": direction}, {"id": direction}]}
    return order | ({"search_after": [place.score, place.id]} if place else {})


def _page(hits: list[tuple[UUID, float]], place: _Place | None, limit: int) -> Page[UUID]:
    backwards = bool(place and place.backwards)
    more = len(hits) > limit
    hits = hits[:limit]
    if backwards:
        hits.reverse()
    has_next, has_prev = (True, more) if backwards else (more, place is not None)
    return Page(
        items=[key for key, _ in hits],
        next=_encode(hits[-1], backwards=False) if hits and has_next else None,
        prev=_encode(hits[0], backwards=True) if hits and has_prev else None,
    )


def _encode(hit: tuple[UUID, float], *, backwards: bool) -> str:
    data = msgspec.json.encode(_Place(backwards, hit[1], str(hit[0])))
    return CURSOR + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> _Place:
    code = text.removeprefix(CURSOR)
    try:
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        return msgspec.json.decode(data, type=_Place)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as fault:
        raise BadCursor("the cursor is not one of this listing") from fault


def _indexing(document: Document) -> tuple[Any, Any]:
    source = msgspec.to_builtins(document)
    number = source.pop("number")
    action = {"_id": source["id"], "version": number, "version_type": "external_gte"}
    return {"index": action}, source


def _line(part: Any) -> bytes:
    return msgspec.json.encode(part) + b"\n"


def _decoded(answer: urllib3.BaseHTTPResponse) -> Any:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise IndexAway(f"the search index answered {answer.status}")
    try:
        return msgspec.json.decode(answer.data)
    except msgspec.DecodeError as fault:
        raise IndexAway("the search index answered with no JSON") from fault
