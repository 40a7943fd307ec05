"""What of the arrivals is handled next: who is waited for comes first, and nobody is forgotten."""

from types import SimpleNamespace
from typing import Any

from libs.messaging.buffer import BATCH, FEW, SUSPICIOUS, Arrival, Buffer


def message(tag: int, queue: str, deliveries: int = 0) -> Any:
    return SimpleNamespace(
        delivery_tag=tag,
        delivery_info={"queue": queue, "redelivered": False},
        headers={"x-delivery-count": deliveries},
    )


def filled(*queues: str) -> Buffer:
    """Messages of these queues, numbered from one."""
    buffer = Buffer()
    for tag, queue in enumerate(queues, 1):
        buffer.add(message(tag, queue), None)
    return buffer


def tags(batch: list[Arrival]) -> list[int]:
    return [arrival.tag for arrival in batch]


def test_of_a_few_arrivals_facts_give_way_and_come_next():
    buffer = filled("a.events", "a.commands", "b.events", "a.replies")

    batches = [tags(buffer.take()), tags(buffer.take())]

    assert batches == [[2, 4], [1, 3]]


def test_many_arrivals_are_handled_as_they_came():
    buffer = filled(*["a.events", "a.commands"] * FEW)

    batch = buffer.take()

    assert tags(batch) == list(range(1, 2 * FEW + 1))


def test_a_batch_is_bounded_and_the_rest_keeps_its_order():
    buffer = filled(*["a.commands"] * (BATCH + 2))

    batches = [tags(buffer.take()), tags(buffer.take())]

    assert batches == [list(range(1, BATCH + 1)), [BATCH + 1, BATCH + 2]]


def test_what_was_delivered_suspiciously_often_is_handled_alone():
    buffer = filled("a.commands", "a.commands")
    buffer.add(message(3, "a.commands", SUSPICIOUS), None)

    batches = [tags(buffer.take()), tags(buffer.take())]

    assert batches == [[3], [1, 2]]


def test_what_is_put_back_comes_first_and_counts_as_delivered_again():
    buffer = filled("a.commands", "a.commands")
    batch = buffer.take()
    buffer.add(message(3, "a.commands"), None)

    buffer.put_back(batch)

    again = buffer.take()
    assert [(arrival.tag, arrival.redelivered) for arrival in again] == [
        (1, True),
        (2, True),
        (3, False),
    ]


def test_a_fact_that_gave_way_is_older_than_the_batch():
    buffer = filled("a.events", "a.commands")

    batch = buffer.take()

    assert tags(batch) == [2]
    assert buffer.has_older(2)
    assert not buffer.has_older(1)


def test_a_fact_waits_for_a_call_only_for_a_moment():
    fresh, stale = filled("a.events"), filled("a.events")
    for arrival in fresh:
        arrival.at += 3600.0
    for arrival in stale:
        arrival.at -= 0.021

    assert fresh.can_wait()
    assert not stale.can_wait()


def test_nothing_waits_while_somebody_is_waited_for():
    assert not filled("a.events", "a.replies").can_wait()
    assert not filled(*["a.events"] * (FEW + 1)).can_wait()
