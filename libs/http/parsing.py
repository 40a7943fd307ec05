"""How schemas get their data: hardened JSON bodies, strict queries, one shape for what is wrong."""

from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.exceptions import RequestEntityTooLarge

from libs.http import strict_json
from libs.http.problems import FieldFault, Problem, invalid, malformed

MAX_BODY = 1024 * 1024
_CODES = {
    "Missing data for required field.": "required",
    "Unknown field.": "unknown_field",
    "Field may not be null.": "null",
}


class BoundedRequest(Request):
    """A request whose body is at most 1 MiB; more is a 413, announced or not.

    Werkzeug refuses a longer Content-Length, but would cut a chunked body off without a word.
    """

    max_content_length = MAX_BODY + 1

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        """The body, never a part of it."""
        body = super().get_data(*args, **kwargs)
        if len(body) > MAX_BODY:
            raise RequestEntityTooLarge
        return body


class Parser(FlaskParser):
    """The parser of every blueprint; the schema's own rule for unknown fields holds everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "querystring": ma.RAISE,
    }

    def load_json(self, req: Request, _schema: ma.Schema) -> Any:
        """The JSON body, read once and refused where it is ambiguous."""
        return read_json(req)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query, each parameter once unless its field is a list."""
        proxy: MultiDictProxy = self._makeproxy(req.args, schema)
        faults = [
            FieldFault(f"/query/{strict_json.escape(name)}", code, detail)
            for name, values in req.args.lists()
            for code, detail in _query_faults(values, many=name in proxy.multiple_keys)
        ]
        if faults:
            raise invalid(faults)
        return proxy

    def handle_error(self, error: ma.ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Every fault at once, each with its pointer."""
        raise invalid(faults_of(error.messages))


def read_json(req: Request) -> Any:
    """The body as JSON: 413 beyond 1 MiB, 400 empty or malformed, 415 of another type."""
    body = req.get_data()
    if not body:
        raise malformed("empty_body", "The request needs a JSON body.")
    _check_type(req)
    return strict_json.loads(body)


def _check_type(req: Request) -> None:
    if req.mimetype != "application/json":
        raise Problem(415, "unsupported_media_type", "The body must be application/json.")
    if req.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem(415, "unsupported_media_type", "The body must be UTF-8.")
    if "Content-Encoding" in req.headers:
        raise Problem(415, "unsupported_media_type", "The body must not be compressed.")


def _query_faults(values: list[str], *, many: bool) -> list[tuple[str, str]]:
    faults = []
    if len(values) > 1 and not many:
        faults.append(("repeated", "The parameter may be given once."))
    if any("\x00" in value for value in values):
        faults.append(("invalid_characters", "Text must be characters other than NUL."))
    return faults


def faults_of(messages: Any) -> list[FieldFault]:
    """Webargs' tree of messages, flattened to JSON pointers.

    `{"json": {"lines": {0: {"quantity": ["..."]}}}}` is a fault at `/lines/0/quantity`, one in the
    query at `/query/limit`.
    """
    faults: list[FieldFault] = []
    for location, tree in messages.items():
        _collect(tree, "" if location == "json" else f"/{location}", faults)
    return faults


def _collect(tree: Any, pointer: str, faults: list[FieldFault]) -> None:
    if isinstance(tree, dict):
        for key, branch in tree.items():
            own = pointer if key == "_schema" else f"{pointer}/{strict_json.escape(str(key))}"
            _collect(branch, own, faults)
    else:
        for text in tree if isinstance(tree, list) else [tree]:
            faults.append(FieldFault(pointer, _CODES.get(text, "invalid"), str(text)))
