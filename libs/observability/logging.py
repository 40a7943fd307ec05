"""Logs: one JSON object per line, with the service, the trace and at most the user's id."""

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from libs.observability import tracing

service_name: ContextVar[str] = ContextVar("argosy_service", default="")
user_id: ContextVar[str] = ContextVar("argosy_user", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# JSON leaves these as they are, and some readers take them for line ends or terminal commands.
_CONTROLS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
_encoder = msgspec.json.Encoder(enc_hook=str)


class JsonFormatter(logging.Formatter):
    """Every control character is escaped, so no text can forge a second line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _timestamp(record.created),
            "level": record.levelname,
            "service": service_name.get() or self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := tracing.trace_id():
            line["trace_id"] = trace
        if user := user_id.get():
            line["user_id"] = user
        line.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        if record.exc_info and record.exc_info[1]:
            line["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        return _encode(line)


def configure(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send the whole process's logs to one stream as JSON; called once by an entry point."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


def _timestamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _encode(line: dict[str, Any]) -> str:
    try:
        text = _encoder.encode(line).decode()
    except (TypeError, ValueError):
        # A lone surrogate or an odd key must cost the field its look, never the line.
        plain = {_ascii(key): _ascii(value) for key, value in line.items()}
        return _encoder.encode(plain).decode()
    return text if text.isascii() else text.translate(_CONTROLS)


def _ascii(value: object) -> str:
    return str(value).encode("ascii", "backslashreplace").decode()
