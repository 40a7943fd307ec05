"""The payment simulator as a private server: its journal survives kill and start."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import urllib3

from libs.testing.payment_simulator.events import Event, Line
from libs.testing.servers.private import PrivateServer

_REPOSITORY = Path(__file__).parents[3]


class PaymentSimulator(PrivateServer):
    """`options` are passed to the program as they are."""

    name = "payment_simulator"

    def __init__(self, directory: Path, *options: str) -> None:
        super().__init__(directory)
        self.journal_path = self.directory / "journal.jsonl"
        self._options: Sequence[str] = options
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=5), retries=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def journal(self) -> list[Event]:
        """Every event so far, read from the file: the second source for money."""
        data = self.journal_path.read_bytes()
        return [msgspec.json.decode(line, type=Line).event for line in data.splitlines()]

    def fail(self, operation: str, fault: str, times: int = 1) -> None:
        """Let the next requests of that operation go wrong."""
        self.call("POST", "/faults", {"operation": operation, "fault": fault, "times": times})

    def call(
        self, method: str, path: str, body: Any = None, key: str = "", **headers: str
    ) -> tuple[int, Any]:
        """One request: the status and the decoded answer."""
        if key:
            headers["idempotency-key"] = key
        data = b"" if body is None else msgspec.json.encode(body)
        answer = self._http.request(method, f"{self.url}{path}", body=data, headers=headers)
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.status, msgspec.json.decode(answer.data) if is_json and answer.data else None

    def _prepare(self) -> None:
        """The simulator makes its journal itself."""

    def _launch(self) -> None:
        options = ("--port", f"{self.port}", "--journal", f"{self.journal_path}", *self._options)
        self._run(
            *(sys.executable, "-m", "libs.testing.payment_simulator", *options),
            environ={**os.environ, "PYTHONPATH": f"{_REPOSITORY}"},
        )

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/livez")[0] == 200  # noqa: PLR2004 - the status OK
        except urllib3.exceptions.HTTPError:
            return False
