"""Log lines: one JSON object each, whatever is in them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from libs.observability import logging as json_logging
from libs.observability import tracing


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the process logs to during the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    json_logging.configure("orders", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


def only_line(stream: io.StringIO) -> dict[str, Any]:
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    line: dict[str, Any] = json.loads(lines[0])
    return line


def test_a_line_names_its_service_level_and_message(stream: io.StringIO) -> None:
    logging.getLogger("argosy.test").info("sent %d messages", 3, extra={"queue": "orders"})

    line = only_line(stream)
    assert (line["service"], line["level"], line["message"]) == (
        "orders",
        "INFO",
        "sent 3 messages",
    )
    assert (line["logger"], line["queue"]) == ("argosy.test", "orders")
    assert line["time"].endswith("Z")


def test_a_line_names_the_trace_the_service_and_the_user_of_the_moment(
    stream: io.StringIO,
) -> None:
    service = json_logging.service_name.set("carts")
    user = json_logging.user_id.set("42")
    with tracing.within(None) as span:
        logging.getLogger("argosy.test").info("hello")
    json_logging.service_name.reset(service)
    json_logging.user_id.reset(user)

    line = only_line(stream)
    assert (line["trace_id"], line["service"], line["user_id"]) == (span.trace_id, "carts", "42")


@pytest.mark.parametrize(
    "text", ["a\r\nb", "a\u2028b", "a\x85b\x9b2J", '{"level": "INFO"}\n{}', "a\x00\x1b[2Jb"]
)
def test_no_text_can_forge_a_second_line(stream: io.StringIO, text: str) -> None:
    logging.getLogger("argosy.test").info("said %s", text, extra={"said": text})

    assert only_line(stream)["said"] == text
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize("odd", ["\ud800", object(), {1: {"a"}}, float("nan"), b"\xff", 10**30])
def test_nothing_odd_costs_the_line(stream: io.StringIO, odd: Any) -> None:
    logging.getLogger("argosy.test").info("odd", extra={"odd": odd})

    assert "odd" in only_line(stream)


def test_an_error_is_told_with_its_trace_in_one_line(stream: io.StringIO) -> None:
    fault = ValueError("broken\nbadly")

    logging.getLogger("argosy.test").error("failed", exc_info=fault)

    assert "ValueError: broken\nbadly" in only_line(stream)["error"]
