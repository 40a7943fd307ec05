"""The blueprint of every service: our parser, and OpenAPI that says what the gate enforces."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import flask_smorest
import marshmallow as ma
from flask import Response

from libs.db.page import Page
from libs.http.operation import Access
from libs.http.paging import PageSchema, link_header
from libs.http.parsing import Parser

INTERNAL = "/internal/"
PROBLEM_REFERENCE = "Problem"
_ALWAYS = ("400", "405", "500", "503")
_KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Repeats with the same key get the first answer again, for 72 hours.",
    "example": "5f0c6a52-order-of-ada",
}
_CART_PARAMETER = {
    "in": "header",
    "name": "X-Cart-Token",
    "required": False,
    "schema": {"type": "string", "minLength": 20},
    "description": "A guest's proof that the cart or order is theirs.",
}


class Blueprint(flask_smorest.Blueprint):
    """Routes of one service; those under `/internal/` are for services and stay undocumented."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *names: Any, **options: Any) -> None:
        super().__init__(*names, **options)
        self._prepare_doc_cbks.append(_document)

    @property
    def is_internal(self) -> bool:
        """Whether only other services may reach these routes."""
        return (self.url_prefix or "").startswith(INTERNAL)

    def arguments(self, schema: Any, **options: Any) -> Callable[..., Any]:
        """As in flask-smorest, but the schema is built once, not for every request."""
        ready = schema() if isinstance(schema, type) and issubclass(schema, ma.Schema) else schema
        decorate: Callable[..., Any] = super().arguments(ready, **options)
        return decorate

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Callable[..., Any]:
        """As in flask-smorest; a page also carries its neighbours in a Link header."""
        decorate: Callable[..., Any] = super().response(status_code, schema, **options)
        if isinstance(schema, type) and issubclass(schema, PageSchema):
            return lambda view: decorate(_linked(view))
        return decorate

    def _store_endpoint_docs(
        self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any
    ) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        methods = [doc for key, doc in self._docs[endpoint].items() if key != "parameters"]
        for doc in methods:
            doc["operation_id"] = obj.__name__


def _linked(view: Callable[..., Page[Any] | Response]) -> Callable[..., Any]:
    @wraps(view)
    def with_links(*args: Any, **kwargs: Any) -> tuple[Page[Any], dict[str, str]] | Response:
        answer = view(*args, **kwargs)
        return answer if isinstance(answer, Response) else (answer, link_header(answer))

    return with_links


def _document(doc: Any, doc_info: Any, *, method: str, **_: Any) -> Any:
    """Add who may call, which headers count and how it can fail."""
    declared = doc_info.get("argosy", {})
    rule: Access | None = declared.get("access")
    if rule is None:
        return doc  # the start-up check names every such operation at once
    doc["operationId"] = doc_info["operation_id"]
    doc["x-authz"] = rule.document()
    doc["security"] = _security(rule)
    if "examples" in declared:
        doc["x-examples"] = declared["examples"]
    parameters = doc.setdefault("parameters", [])
    if "idempotent" in declared:
        parameters.append(_KEY_PARAMETER | {"required": declared["idempotent"] == "required"})
    if rule.guest:
        parameters.append(_CART_PARAMETER)
    for status in _failures(rule, doc, limited="rates" in declared, method=method):
        doc.setdefault("responses", {}).setdefault(status, PROBLEM_REFERENCE)
    return doc


def _security(rule: Access) -> list[dict[str, list[str]]]:
    if rule.user:
        return [{"accessToken": []}]
    if rule.service:
        return [{"serviceToken": []}]
    return [{}, {"accessToken": []}] if rule.guest else [{}]


def _failures(rule: Access, doc: Any, *, limited: bool, method: str) -> list[str]:
    statuses = [*_ALWAYS, "401", "404"]
    if rule.user or rule.service:
        statuses.append("403")
    if "requestBody" in doc:
        statuses += ["413", "415"]
    if method != "get":
        statuses += ["409", "412"]
    if limited:
        statuses.append("429")
    return [*statuses, "422"]
