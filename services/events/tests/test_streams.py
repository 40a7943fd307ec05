"""Stored events reach the streams: each on its own and on that of all behaviour, none lost."""

import json
from uuid import UUID

import pytest
from kombu import Connection, Exchange, Queue
from sqlalchemy import text

from libs import clock
from libs.contracts.events import EVENTS_PER_MESSAGE, STREAMS, BehaviorEvent, UserEvents
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.messaging import outbox, topology
from libs.messaging.message import MAX_BYTES
from libs.messaging.publisher import Publisher, Unsent
from libs.messaging.wire import pack
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.rabbit import RabbitServer
from services.events.schemas import MAX_QUERY
from services.events.tests.visitor import ids_of, search, send, streamed, view


@pytest.mark.parametrize(
    ("event", "stream"),
    [
        (view(), "product-views"),
        (view(type="click"), "product-views"),
        (view(type="add_to_cart"), "cart-events"),
        (search(), "search-events"),
        (view(type="purchase"), "purchase-events"),
    ],
)
def test_an_event_is_on_its_stream_and_on_that_of_all_behaviour(guest, event, stream):
    guest.reports(event)

    send()

    on = {name: ids_of(streamed(name)) for name in STREAMS}
    expected = {UUID(event["id"])}
    assert on == {name: expected if name in (stream, "user-events") else set() for name in STREAMS}


def test_events_are_sent_many_in_a_message_and_once(guest):
    batch = [view() for _ in range(EVENTS_PER_MESSAGE + 1)]
    guest.reports(*batch[:-1])
    guest.reports(batch[0], batch[-1])

    rounds = [send(), send()]

    assert rounds == [2, 0]
    assert sorted(str(event.id) for event in streamed("user-events")) == sorted(
        event["id"] for event in batch
    )
    assert _count("outbox") == 4


def test_a_message_of_the_largest_events_is_small_enough():
    largest = BehaviorEvent(
        id=uuid7(),
        kind="add_to_cart",
        at=clock.now(),
        user_id=uuid7(),
        session_id="s" * 64,
        product_id=uuid7(),
        variant_id=uuid7(),
        quantity=10**6,
        amount_minor=10**12,
        currency="EUR",
        query="\x01" * MAX_QUERY,
        results=10**6,
    )

    packed = pack(UserEvents(events=(largest,) * EVENTS_PER_MESSAGE), source="events")

    assert len(packed.envelope) <= MAX_BYTES


def test_while_the_outbox_is_full_events_wait_where_they_are(app, guest):
    guest.reports(view())
    _fill_outbox(401)

    sent = send()

    assert sent == 0
    assert _count("pending_batch") == 1


def test_nothing_that_was_acknowledged_is_lost_while_the_broker_is_dead(guest):
    with scratch_directory() as directory, RabbitServer(directory, fsync=False) as rabbit:
        listen(rabbit.url)
        publisher = Publisher(rabbit.url)
        rabbit.kill()
        batches = [[view() for _ in range(30)] for _ in range(3)]

        answers = [guest.reports(*batch).status_code for batch in batches]
        send()
        _make_overdue()
        with pytest.raises(Unsent):
            outbox.sweep(publisher)
        rabbit.start()
        _make_overdue()
        outbox.sweep(publisher)
        publisher.close()

        assert answers == [202] * 3
        assert heard(rabbit.url) == {event["id"] for batch in batches for event in batch}
        assert _count("outbox") == _count("pending_batch") == 0


def _queue() -> Queue:
    facts = Exchange(topology.FACTS, type="topic", durable=True)
    return Queue("listener", facts, routing_key=UserEvents.wire_name, durable=True)


def listen(url: str) -> None:
    """Bind a durable queue to the stream of all behaviour."""
    with Connection(url, connect_timeout=5) as connection:
        _queue()(connection.channel()).declare()


def heard(url: str) -> set[str]:
    """The events that the queue holds."""
    found: set[str] = set()
    with Connection(url, connect_timeout=5) as connection:
        queue = _queue()(connection.channel())
        while message := queue.get(no_ack=True):
            _, keywords, _ = json.loads(message.body)
            found |= {event[0] for event in keywords["message"]["data"]["events"]}
    return found


def _make_overdue() -> None:
    with transaction() as session:
        session.execute(text("UPDATE outbox SET due_at = now() - interval '1 minute'"))


def _fill_outbox(rows: int) -> None:
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO outbox (id, type, routing_key, envelope, due_at)"
                " SELECT gen_random_uuid(), 'x', 'x', '{}', now()"
                " FROM generate_series(1, :rows)"
            ),
            {"rows": rows},
        )


def _count(table: str) -> int:
    with reading() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608  the test's own words
