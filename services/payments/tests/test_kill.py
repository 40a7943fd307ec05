"""A real worker, a real broker, SIGKILL at any moment: one charge per key, all settled."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.db.transaction import reading
from libs.messaging import inbox, topology
from libs.messaging.message import SagaKey
from libs.messaging.publisher import Publisher
from libs.messaging.wire import pack
from libs.testing.process import ManagedProcess, Program
from services.payments.tests.participant import REPLY_TO, Leader, Step

ROOT = Path(__file__).resolve().parents[3]
TOKENS = ("tok_ok", "tok_declined", "tok_timeout_after_charge", "tok_error_500", "tok_slow")
SECONDS = 60.0

pytestmark = [pytest.mark.cluster, pytest.mark.chaos]


@pytest.fixture
def environ(service_database, broker_url, provider):
    """What the worker is told; its patience is short, so that the resolver soon takes over."""
    return service_database("payments") | {
        "ARGOSY_BROKER_URL": broker_url,
        "ARGOSY_PAYMENTS_SIMULATOR_URL": provider.url,
        "ARGOSY_PAYMENTS_READ_SECONDS": "0.4",
        "ARGOSY_PAYMENTS_LEASE_SECONDS": "2",
        "ARGOSY_PAYMENTS_MISSING_SECONDS": "3",
    }


@pytest.fixture
def worker(environ, broker_url, tmp_path) -> Iterator[ManagedProcess]:
    """The payments worker, running."""
    topology.declare(broker_url, ("payments", "orders"), SUBSCRIPTIONS)
    command = (sys.executable, "-m", "libs.runtime", "worker", "--services", "payments")
    log = tmp_path / "worker.log"
    process = ManagedProcess(Program("worker", command, environ, ROOT, log))
    process.start()
    yield process
    process.stop()


def send(broker_url: str, sagas: list[Leader], steps: list[Step]) -> None:
    """Publish one command per saga, as the leader's worker would."""
    messages = [
        pack(
            command,
            source="orders",
            key=SagaKey(saga.saga, step, 0, "do", 0),
            saga_type="orders.place_order",
            reply_to=REPLY_TO,
        )
        for saga, (step, command) in zip(sagas, steps, strict=True)
    ]
    with closing(Publisher(broker_url)) as publisher:
        publisher.publish(messages)


def settled(sagas: list[Leader], step: str) -> int:
    """How many of the sagas have a definite answer."""
    keys = [SagaKey(saga.saga, step, 0, "do", 0) for saga in sagas]
    with reading() as session:
        return sum(entry.state != "started" for entry in inbox.find(session, keys).values())


def kill_until_settled(worker: ManagedProcess, sagas: list[Leader], step: str, kills: int) -> None:
    """Kill the worker again and again while it works, then let it finish."""
    until = time.monotonic() + SECONDS
    pauses = iter([2.5, 3.0, 2.0][:kills])
    while settled(sagas, step) < len(sagas):
        assert time.monotonic() < until, worker.tail()
        if pause := next(pauses, None):
            time.sleep(pause)
            worker.kill()
            worker.start()
        time.sleep(0.1)


def test_a_worker_killed_again_and_again_charges_each_order_once(app, worker, broker_url, books):
    sagas = [Leader(app) for _ in range(40)]
    tokens = [TOKENS[index % len(TOKENS)] for index in range(len(sagas))]

    send(broker_url, sagas, [s.authorization(t) for s, t in zip(sagas, tokens, strict=True)])
    kill_until_settled(worker, sagas, "authorize_payment", kills=3)
    paying = [s for s, token in zip(sagas, tokens, strict=True) if token != "tok_declined"]
    send(broker_url, paying, [saga.capturing() for saga in paying])
    kill_until_settled(worker, paying, "capture_payment", kills=2)

    for saga in sagas:
        expected = ["authorized", "captured"] if saga in paying else ["declined"]
        assert books.journal_types(saga.order_id) == expected
    for saga in paying:
        assert books.payment(saga.order_id).captured == saga.amount
        assert books.balance(saga.order_id) == {"provider": saga.amount, "sales": -saga.amount}
