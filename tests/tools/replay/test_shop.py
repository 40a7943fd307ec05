"""A transient failure is met with the same request again, a refusal is not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.replay import shop as module
from tools.replay.shop import Refused, ReplayFailed, Shop


class Script(ThreadingHTTPServer):
    """Answers with the statuses it was given, in turn; 0 breaks the connection off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: list[int] = []
        self.seen: list[tuple[str, bytes]] = []

    def shop(self) -> Shop:
        return Shop(lambda path: f"http://127.0.0.1:{self.server_port}{path}", 2)


class _Handler(BaseHTTPRequestHandler):
    server: Script
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.headers["Idempotency-Key"], body))
        status = self.server.statuses.pop(0)
        if not status:
            self.close_connection = True
            return
        answer = b'{"code": "some.code", "detail": "why"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def script() -> Iterator[Script]:
    with Script() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


@pytest.mark.parametrize("failure", [503, 429, 502, 0])
def test_a_transient_failure_is_tried_again_with_the_same_key(script: Script, failure):
    script.statuses = [failure, failure, 200]
    shop = script.shop()

    answer = shop.post("/orders", {"n": 1}, {"Idempotency-Key": "k"})

    assert answer["code"] == "some.code"
    assert script.seen == [("k", b'{"n":1}')] * 3
    assert shop.retries.total() == 2


def test_a_refusal_is_final_and_carries_its_code(script: Script):
    script.statuses = [409]

    with pytest.raises(Refused) as caught:
        script.shop().post("/orders", {}, {"Idempotency-Key": "k"})

    assert (caught.value.status, caught.value.code) == (409, "some.code")


def test_a_fault_of_the_shop_ends_the_attempt(script: Script):
    script.statuses = [500]

    with pytest.raises(ReplayFailed, match="answered 500"):
        script.shop().post("/orders", {}, {"Idempotency-Key": "k"})


def test_patience_with_a_shop_that_stays_away_has_an_end(script: Script, monkeypatch):
    monkeypatch.setattr(module, "_GIVE_UP_SECONDS", 0.2)
    script.statuses = [503] * 50

    with pytest.raises(ReplayFailed, match="no good answer: 503"):
        script.shop().post("/orders", {}, {"Idempotency-Key": "k"})
