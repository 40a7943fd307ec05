"""What a step costs in time, commits and messages, measured against the servers themselves."""

import re
import statistics
import time
from typing import Any

import psycopg2
from kombu import Connection

from libs.ids import uuid7
from libs.messaging.publisher import Publisher
from libs.messaging.topology import DIRECT
from libs.messaging.wire import Outgoing
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, eventually
from tests.messaging.toys import SALE

SAGAS = 50
STEPS = 3


def seconds_of_a_saga(floor: Floor, number: int) -> float:
    """From its start to its end, by the leader's own clock."""
    floor.begin([number])
    assert eventually(lambda: floor.running() == 0, 10, pause=0.005)
    rows = floor.rows(
        "desk",
        "SELECT extract(epoch FROM max(e.at) - min(e.at)) FROM saga_event e JOIN saga s"
        " ON s.id = e.saga_id WHERE s.business_key = %s",
        str(number),
    )
    return float(rows[0][0])


class RawSteps:
    """What a step cannot do without: a message and a commit there, a message and a commit back."""

    def __init__(self, floor: Floor) -> None:
        self._publisher = Publisher(floor.broker_url)
        self._connection = Connection(floor.broker_url)
        self._channel: Any = self._connection.default_channel
        self._channel.queue_declare(
            "raw", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
        self._channel.queue_bind("raw", DIRECT, "raw")
        self._database = psycopg2.connect(floor.databases["alpha"])
        with self._database, self._database.cursor() as cursor:
            cursor.execute("CREATE TABLE raw (n serial)")
        self._arrived: list[Any] = []
        self._channel.basic_consume("raw", callback=self._arrived.append)

    def seconds(self, message: Outgoing, steps: int) -> float:
        started = time.perf_counter()
        for _ in range(2 * steps):
            self._publisher.publish([message])
            while not self._arrived:
                self._connection.drain_events(timeout=2)
            with self._database, self._database.cursor() as cursor:
                cursor.execute("INSERT INTO raw DEFAULT VALUES")
            self._channel.basic_ack(self._arrived.pop().delivery_tag)
        return time.perf_counter() - started

    def close(self) -> None:
        self._publisher.close()
        self._connection.release()
        self._database.close()


def test_an_idle_worker_handles_a_lone_message_at_once(floor: Floor):
    floor.worker()
    raw = RawSteps(floor)
    message = Outgoing(uuid7(), "raw", DIRECT, "raw", b"{}")
    seconds_of_a_saga(floor, 1000)
    raw.seconds(message, STEPS)

    ours, theirs = [], []
    for number in range(SAGAS):
        ours.append(seconds_of_a_saga(floor, number))
        theirs.append(raw.seconds(message, STEPS))
    raw.close()

    # A loop that is not woken waits for its next timer, up to a second, with each message.
    ratio = statistics.median(ours) / statistics.median(theirs)
    assert ratio < 10, (statistics.median(ours), statistics.median(theirs))


def test_under_load_a_transaction_takes_many_messages(floor: Floor):
    worker = floor.worker()

    floor.begin(range(200))
    worker.process.stop()
    floor.begin(range(200, 400))
    worker.start()
    assert eventually(lambda: floor.running() == 0, 40)

    metrics = worker.get("/metrics")[1]
    for name in ("alpha", "beta", "gamma", "desk"):
        count = _metric(metrics, f'message_batch_size_count{{service="{name}"}}')
        total = _metric(metrics, f'message_batch_size_sum{{service="{name}"}}')
        assert total / count > 4, name


def test_a_step_costs_two_commits_and_a_deferred_one_three(floor: Floor):
    floor.worker()
    floor.begin(range(1000, 1005))
    assert eventually(lambda: floor.running() == 0, 10)
    time.sleep(2)  # What they left to be tidied away.
    start, heard, provider = 1, 1, 1

    plain = min(commits_of(floor, number) for number in range(3))
    deferred = min(commits_of(floor, number, saga=SALE) for number in range(3, 6))

    assert start + 2 * 3 <= plain <= start + 2 * 3 + heard
    assert start + 2 + 3 <= deferred <= start + 2 + 3 + provider + heard


def test_a_remote_step_costs_two_messages(fragile: Floor, own_rabbit: RabbitServer):
    worker = fragile.worker()
    fragile.begin([1])

    assert eventually(lambda: fragile.running() == 0, 10)

    metrics = worker.get("/metrics")[1]
    taken = {
        name: _metric(metrics, f'message_batch_size_sum{{service="{name}"}}')
        for name in ("desk", "alpha", "beta", "gamma")
    }
    heard = 1
    assert taken == {"desk": 3, "alpha": 1, "beta": 1 + heard, "gamma": 1}


def commits_of(floor: Floor, number: int, **options: Any) -> int:
    """The commits that one saga costs, counted by transaction ids: to look around takes none.

    Work that goes by the clock may fall into the same time; the least of a few sagas is free of it.
    """
    before = _transactions(floor)
    floor.begin([number], **options)
    assert eventually(lambda: floor.running() == 0, 10)
    assert eventually(lambda: floor.effects("beta", "heard")[number] == 1, 10)
    return _transactions(floor) - before


def _transactions(floor: Floor) -> int:
    """How many transactions of the whole server have written so far."""
    rows = floor.rows("desk", "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    return int(rows[0][0])


def _metric(page: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0
