"""The one shape of every error answer: problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import marshmallow as ma
import msgspec
from flask import Response

from libs.observability import tracing

CONTENT_TYPE = "application/problem+json"
_TYPE = "urn:argosy:problem:"
_encoder = msgspec.json.Encoder(enc_hook=str)


class FieldFault(msgspec.Struct, frozen=True):
    """One fault of the request: where (JSON pointer), which, and in words."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """A refusal that HTTP itself knows: status, code, one clear sentence, headers."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
        retryable: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.retryable = retryable
        self.extra = extra or {}

    def body(self) -> dict[str, Any]:
        """The members of the problem, ours after the refusal's own so that none can be forged."""
        members: dict[str, Any] = {
            "type": _TYPE + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "trace_id": tracing.trace_id(),
            "retryable": self.retryable,
        }
        if self.errors:
            members["errors"] = self.errors
        return dict(self.extra) | members

    def response(self) -> Response:
        """The answer a client gets."""
        return Response(
            _encoder.encode(self.body()),
            status=self.status,
            headers=dict(self.headers),
            content_type=CONTENT_TYPE,
        )


def invalid(faults: Sequence[FieldFault]) -> Problem:
    """422: the request is well formed and breaks rules of its schema."""
    return Problem(422, "validation_failed", "The request breaks its rules.", errors=faults)


def malformed(code: str, detail: str) -> Problem:
    """400: the request cannot be read."""
    return Problem(400, code, detail)


class FieldFaultSchema(ma.Schema):
    """Documents one entry of `errors`."""

    pointer = ma.fields.String(required=True)
    code = ma.fields.String(required=True)
    detail = ma.fields.String(required=True)


class ProblemSchema(ma.Schema):
    """Documents the body of every error answer; a refusal may add members of its own."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    code = ma.fields.String(required=True)
    trace_id = ma.fields.String(required=True)
    retryable = ma.fields.Boolean(required=True)
    errors = ma.fields.List(ma.fields.Nested(FieldFaultSchema))
