"""The background publisher blocks nobody, survives, and leaves what it cannot send to the sweep."""

import os
import signal
import time

from libs.db.transaction import transaction
from libs.messaging import outbox
from libs.messaging.outbox import announce
from libs.messaging.relay import Relay, attach
from libs.messaging.topology import events
from libs.service import create_context_app
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, eventually
from tests.messaging.toys import Acted

QUEUE = events("beta")
STORED = "SELECT count(*) FROM outbox"


def make_overdue(floor: Floor) -> None:
    floor.rows("alpha", "UPDATE outbox SET due_at = now() - interval '1 second' RETURNING 1")


def test_a_frozen_broker_costs_a_transaction_nothing_and_the_sweep_sends_the_rest(
    fragile: Floor, own_rabbit: RabbitServer
):
    app = create_context_app("alpha", fragile.environ)
    attach(app, Relay(fragile.broker_url))

    os.kill(own_rabbit.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        for number in range(20):
            with app.app_context(), transaction() as session:
                announce(session, Acted(number=number))
        seconds = time.monotonic() - started
        time.sleep(2.5)  # The publisher gives up what it holds.
    finally:
        os.kill(own_rabbit.pid, signal.SIGCONT)

    assert seconds < 2
    make_overdue(fragile)
    with app.app_context():
        outbox.sweep(fragile.publisher)
    assert fragile.rows("alpha", STORED) == [(0,)]
    with app.app_context(), transaction() as session:
        announce(session, Acted(number=20))
    assert eventually(lambda: fragile.rows("alpha", STORED) == [(0,)], 2)
    assert fragile.depth(QUEUE) >= 21


def test_a_full_queue_drops_and_returns(floor: Floor, monkeypatch):
    monkeypatch.setattr("libs.messaging.relay._CAPACITY", 5)
    app = create_context_app("alpha", floor.environ)
    relay = Relay("amqp://guest:guest@127.0.0.1:1//")
    attach(app, relay)
    started = time.monotonic()

    for number in range(50):
        with app.app_context(), transaction() as session:
            announce(session, Acted(number=number))

    assert time.monotonic() - started < 5
    assert floor.rows("alpha", STORED) == [(50,)]
