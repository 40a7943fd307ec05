"""Answers from memory: for what everybody may see, and the same to everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, make_response, request

from libs.http import etag
from services.catalog.extension import Answer, answers
from services.catalog.routes.languages import wished

_KEPT_HEADERS = ("Link", "Content-Language")
# Only administrators may use it, so its answers are not everybody's.
_PRIVATE = b"include="


def remembered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a repeated question without asking the database, nor reading the question again.

    Put it around what reads the arguments. Only what the view answers well is remembered.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        memory = answers()
        if memory is None or _PRIVATE in request.query_string:
            return view(*args, **kwargs)
        key = (request.path, request.query_string, wished(None))
        found = memory.get(key, lambda: _answer(view(*args, **kwargs)))
        if found.etag is not None:
            etag.repeat(found.etag)
        headers = [*found.headers, ("Vary", "Accept-Language")]
        return Response(found.body, content_type="application/json", headers=headers)

    return answer


def _answer(result: Any) -> Answer:
    response = make_response(result)
    kept = [(name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers]
    return Answer(response.get_data(), g.get("argosy_etag"), tuple(kept))
