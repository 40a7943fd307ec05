"""Publishing is confirmed or fails within its budget, whatever the broker does."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from kombu import Connection
from prometheus_client import REGISTRY

from libs.messaging.message import SagaKey
from libs.messaging.publisher import Publisher, Unroutable, Unsent
from libs.messaging.topology import FACTS, commands
from libs.messaging.wire import Outgoing, pack
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, eventually
from tests.messaging.toys import ActAlpha, Unheard

SECONDS = 3.0
QUEUE = commands("alpha")


def command(reply_to: str = "desk.replies") -> Outgoing:
    key = SagaKey(uuid4(), "alpha", 0, "do", 1)
    return pack(ActAlpha(number=1), source="desk", key=key, reply_to=reply_to)


def misdirected() -> Outgoing:
    message = command()
    return Outgoing(message.id, message.type, message.exchange, "nobody.commands", message.envelope)


def published() -> dict[str, int]:
    """How many batches ended how."""
    outcomes = ("confirmed", "unroutable", "unsent")
    name = "message_publishes_total"
    found = {one: REGISTRY.get_sample_value(name, {"outcome": one}) for one in outcomes}
    return {one: int(count) for one, count in found.items() if count}


@contextmanager
def refused(seconds: float = SECONDS) -> Iterator[None]:
    started = time.monotonic()
    with pytest.raises(Unsent):
        yield
    assert time.monotonic() - started < seconds


@contextmanager
def frozen(server: RabbitServer) -> Iterator[None]:
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


@contextmanager
def memory_alarm(server: RabbitServer) -> Iterator[None]:
    server.ctl("set_vm_memory_high_watermark", "absolute", "1000")
    try:
        yield
    finally:
        server.ctl("set_vm_memory_high_watermark", "absolute", "2GB")


def test_a_command_that_no_queue_takes_is_named_and_its_neighbours_arrive(floor: Floor):
    lost = misdirected()

    with pytest.raises(Unroutable, match=r"no queue takes nobody\.commands") as fault:
        floor.publisher.publish([command(), lost, command()])

    assert fault.value.ids == {str(lost.id)}
    assert floor.depth(QUEUE) == 2


def test_what_comes_of_a_batch_is_counted(floor: Floor):
    before = Counter(published())

    floor.publisher.publish([command()])
    with pytest.raises(Unroutable):
        floor.publisher.publish([misdirected()])
    with pytest.raises(Unsent):
        Publisher("amqp://127.0.0.1:1//").publish([command()])

    assert Counter(published()) - before == {"confirmed": 1, "unroutable": 1, "unsent": 1}


def test_what_was_delivered_is_told_apart_from_what_no_queue_takes(floor: Floor):
    good, lost = command(), misdirected()

    delivered = floor.publisher.deliver([lost, good])

    assert delivered == [good]


def test_a_returned_message_does_not_taint_the_next_batch(floor: Floor):
    with pytest.raises(Unroutable):
        floor.publisher.publish([misdirected()])

    floor.publisher.publish([command()])

    assert floor.depth(QUEUE) == 1


def test_a_fact_without_listeners_is_sent_to_nobody(floor: Floor):
    fact = pack(Unheard(number=1), source="alpha")

    floor.publisher.publish([fact])

    assert fact.exchange == FACTS


def test_a_full_queue_refuses(floor: Floor):
    with Connection(floor.broker_url) as connection:
        channel = connection.default_channel
        arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare("full", durable=True, auto_delete=False, arguments=arguments)
        channel.queue_bind("full", command().exchange, "full")
    messages = [
        Outgoing(one.id, one.type, one.exchange, "full", one.envelope)
        for one in (command() for _ in range(5))
    ]

    with pytest.raises(Unsent, match="refused"):
        floor.publisher.publish(messages)

    assert floor.depth("full") == 1


def test_nobody_listening_is_told_at_once():
    publisher = Publisher("amqp://guest:guest@127.0.0.1:1//")

    with refused(1.0):
        publisher.publish([command()])


def test_a_stale_connection_is_replaced_silently(fragile: Floor, own_rabbit: RabbitServer):
    fragile.publisher.publish([command()])
    own_rabbit.ctl("close_all_connections", "a test")

    fragile.publisher.publish([command()])

    assert fragile.depth(QUEUE) == 2


@pytest.mark.parametrize("connected", [True, False])
def test_a_frozen_broker_fails_in_time_and_works_again(
    fragile: Floor, own_rabbit: RabbitServer, connected: bool
):
    if connected:
        fragile.publisher.publish([command()])

    with frozen(own_rabbit), refused():
        fragile.publisher.publish([command()])
    fragile.publisher.publish([command()])

    assert fragile.depth(QUEUE) >= 1 + connected


@pytest.mark.parametrize("connected", [True, False])
def test_a_memory_alarm_fails_in_time_and_ends(
    fragile: Floor, own_rabbit: RabbitServer, connected: bool
):
    if connected:
        fragile.publisher.publish([command()])

    with memory_alarm(own_rabbit), refused():
        fragile.publisher.publish([command()])

    assert eventually(lambda: _publishes(fragile.publisher), 10)


def test_a_confirm_of_an_earlier_failed_batch_does_not_count_for_the_next(
    fragile: Floor, own_rabbit: RabbitServer
):
    publisher = fragile.publisher = Publisher(fragile.broker_url, budget=0.5)
    publisher.publish([command()])
    with frozen(own_rabbit), refused():
        publisher.publish([command()])

    with pytest.raises(Unroutable):
        publisher.publish([misdirected()])
    publisher.publish([command()])

    assert 2 <= fragile.depth(QUEUE) <= 3


def _publishes(publisher: Publisher) -> bool:
    try:
        publisher.publish([command()])
    except Unsent:
        return False
    return True
