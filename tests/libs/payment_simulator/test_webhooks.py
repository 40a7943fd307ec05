"""The simulator's webhooks: signed, repeated until they are taken, and only those asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from uuid import uuid4

import msgspec
import pytest

from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.private import scratch_directory
from libs.webhook_signature import Secret, verify
from tests.libs.payment_simulator.test_money import order

SECRET = "whsec_" + "c2VjcmV0" * 4
# While keys rotate the shop takes both, and the first one signs.
OLD_SECRET = "whsec_" + "b2xkb2xk" * 4


class Shop(HTTPServer):
    """Takes webhooks; the first `failures` of them are answered with 503."""

    failures = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Inbox)
        self.taken: Queue[tuple[dict[str, str], bytes]] = Queue()


class Inbox(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        shop = self.server
        assert isinstance(shop, Shop)
        body = self.rfile.read(int(self.headers["content-length"]))
        shop.taken.put(({name.lower(): value for name, value in self.headers.items()}, body))
        shop.failures -= 1
        self.send_response(503 if shop.failures >= 0 else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def listening(events: str) -> Iterator[tuple[Shop, PaymentSimulator]]:
    shop = Shop()
    thread = Thread(target=shop.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    options = (
        f"--webhook-url=http://127.0.0.1:{shop.server_port}/hook",
        f"--webhook-secret={SECRET},{OLD_SECRET}",
        f"--webhook-events={events}",
    )
    try:
        with scratch_directory() as directory, PaymentSimulator(directory, *options) as provider:
            yield shop, provider
    finally:
        shop.shutdown()
        thread.join()
        shop.server_close()


def test_an_event_is_posted_signed():
    with listening("all") as (shop, provider):
        _, event = provider.call("POST", "/intents", order(), key=f"{uuid4()}")

        headers, body = shop.taken.get(timeout=5)

    assert verify([Secret.parse(SECRET)], headers, body, datetime.now(UTC)) == event["id"]
    assert msgspec.json.decode(body) == event


def test_an_event_that_was_not_taken_is_posted_again():
    with listening("all") as (shop, provider):
        shop.failures = 1
        provider.call("POST", "/intents", order(), key=f"{uuid4()}")

        first, second = shop.taken.get(timeout=5), shop.taken.get(timeout=5)

    assert first[1] == second[1]


@pytest.mark.parametrize("action", ["complete", "refuse"])
def test_only_the_buyers_actions_are_posted_when_asked_so(action):
    with listening("buyer") as (shop, provider):
        _, asked = provider.call("POST", "/intents", order("tok_requires_action"), key=f"{uuid4()}")
        _, event = provider.call("POST", f"/intents/{asked['intent']['id']}/{action}")

        _, body = shop.taken.get(timeout=5)

        assert msgspec.json.decode(body) == event
        assert shop.taken.empty()
