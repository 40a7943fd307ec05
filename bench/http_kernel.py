"""CPU time that the HTTP kernel adds to one small request: no server, no database, one thread."""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from werkzeug.test import EnvironBuilder

from libs.http import fields
from libs.http.app import WebService, create_service_app
from libs.http.blueprint import Blueprint
from libs.http.edge import create_edge
from libs.http.operation import access
from libs.http.settings import HttpSettings
from libs.ids import uuid7
from libs.money import Money
from libs.testing.tokens import Issuer


class LineSchema(fields.Schema):
    """What a shopper adds to a cart."""

    variant_id = fields.Id("var", required=True)
    quantity = fields.Quantity(required=True)


class AddedSchema(fields.Schema):
    """What the shopper sees of it."""

    variant_id = fields.Id("var")
    quantity = fields.Integer()
    price = fields.MoneyField()


lines = Blueprint("lines", __name__, url_prefix="/api/v1/lines")
_PRICE = Money(1999, "EUR")


@lines.get("/nothing")
@access(public=True)
@lines.response(200)
def get_nothing() -> dict[str, str]:
    """The least a request can do."""
    return {"status": "ok"}


@lines.post("")
@access(user=True)
@lines.arguments(LineSchema)
@lines.response(201, AddedSchema)
def add_line(body: dict[str, Any]) -> dict[str, Any]:
    """Parse, verify a token, dump."""
    return body | {"price": _PRICE}


WEB = WebService("lines", ("/api/v1/lines",), (lines,))


def main() -> None:
    """Print microseconds of CPU per request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=3000)
    count = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        issuer = Issuer(Path(folder))
        nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
        environ = {"ARGOSY_LINES_DATABASE_URL": nowhere, **issuer.environ}
        edge = create_edge({WEB: create_service_app(WEB, environ)}, HttpSettings())
        token = issuer.user(uuid7())
        body = {"variant_id": "var_01h455vb4pex5vsknk084sn02q", "quantity": 2}
        _report("GET, public", edge, count, method="GET", path="/api/v1/lines/nothing")
        _report(
            "POST, token, body",
            edge,
            count,
            method="POST",
            path="/api/v1/lines",
            data=msgspec.json.encode(body),
            content_type="application/json",
            headers=list(token.items()),
        )


def _report(name: str, app: Callable[..., Iterable[bytes]], count: int, **request: Any) -> None:
    made = EnvironBuilder(**request)
    statuses: set[str] = set()

    def build() -> dict[str, Any]:
        if made.input_stream:
            made.input_stream.seek(0)
        return made.get_environ()

    def once() -> None:
        answer = app(build(), lambda status, _headers, _exc=None: statuses.add(status))
        b"".join(answer)

    once()
    per_request = _cpu(once, count) - _cpu(build, count)
    print(f"{name:20} {per_request * 1e6:7.0f} us  {sorted(statuses)}")


def _cpu(work: Callable[[], object], count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - started) / count


if __name__ == "__main__":
    main()
