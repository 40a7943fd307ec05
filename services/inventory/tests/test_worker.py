"""Inventory's commands as its workers handle them: many orders in one transaction."""

import logging
import random
from functools import partial
from uuid import UUID

import pytest
from flask import Flask

from libs.contracts.inventory import CommitStock, ReserveStock
from libs.ids import uuid7
from libs.messaging.batch import Delivery, Executor
from libs.messaging.message import Command, Phase, Reply, SagaKey
from libs.messaging.wire import pack, read, unpack
from libs.testing.crowd import at_once
from services.inventory.tasks import tasks
from services.inventory.tests.shop import count, imbalance


def delivery(command: Command, order_id: UUID, step: str, phase: Phase = "do") -> Delivery:
    """The command as it comes from the order's saga."""
    key = SagaKey(order_id, step, 0, phase, 1)
    message = pack(
        command, source="orders", key=key, saga_type="place_order", reply_to="orders.replies"
    )
    return Delivery(unpack(message.body), "command", None, redelivered=False)


def outcomes(app: Flask, batch: list[Delivery]) -> list[tuple[str, str | None]]:
    """How the batch was answered."""
    sent = Executor(app, tasks, None).process(batch).outgoing
    replies = [read(unpack(message.body), Reply) for message in sent]
    return [(reply.outcome, reply.code) for reply in replies]


def test_a_batch_sells_what_there_is_and_refuses_the_rest(app, shop, caplog):
    shop.receive(3, "mug")
    orders = [uuid7() for _ in range(5)]
    commands = [ReserveStock(order_id=order_id, lines=shop.lines(mug=1)) for order_id in orders]

    with caplog.at_level(logging.INFO, "libs.messaging.batch"):
        answers = outcomes(app, [delivery(one, one.order_id, "reserve_stock") for one in commands])

    assert answers == [("done", None)] * 3 + [("rejected", "inventory.out_of_stock")] * 2
    assert shop.level("mug") == (3, 3)
    assert caplog.records == []


def test_a_command_that_comes_twice_counts_once(app, shop):
    shop.receive(3, "mug")
    order_id = uuid7()
    command = ReserveStock(order_id=order_id, lines=shop.lines(mug=1))

    answers = [outcomes(app, [delivery(command, order_id, "reserve_stock")]) for _ in range(2)]

    assert answers == [[("done", None)]] * 2
    assert shop.level("mug") == (3, 1)


@pytest.mark.parametrize("workers", [2, 3])
def test_batches_of_several_workers_never_meet_crosswise(app, shop, caplog, workers):
    skus = [f"sku-{number}" for number in range(30)]
    shop.receive(10_000, *skus)

    def work(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  not a secret
        for _ in range(4):
            orders = [uuid7() for _ in range(32)]
            reserve = [
                ReserveStock(
                    order_id=order_id,
                    lines=shop.lines(**dict.fromkeys(dice.sample(skus, 3), 1)),
                )
                for order_id in orders
            ]
            outcomes(app, [delivery(one, one.order_id, "reserve_stock") for one in reserve])
            commit = [CommitStock(order_id=order_id) for order_id in orders]
            outcomes(app, [delivery(one, one.order_id, "commit_stock") for one in commit])

    with caplog.at_level(logging.INFO, "libs.messaging.batch"):
        results = at_once(app, [partial(work, seed) for seed in range(workers)])

    assert results == [None] * workers
    assert [record.getMessage() for record in caplog.records] == []
    assert count("movement WHERE kind = 'sale'") == workers * 4 * 32 * 3
    assert imbalance() == []
