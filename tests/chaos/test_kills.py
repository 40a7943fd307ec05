"""Anything may be killed at any moment under load: no accepted order is lost, no book is wrong.

A run tells its seed; ARGOSY_CHAOS_SEED repeats the same buyers and the same order of kills.
"""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from random import SystemRandom
from threading import Event, Thread

import pytest

from libs.testing.invariants.check import await_quiet, check
from tests.chaos.load import Crowd, Wish, stock_up, wishes
from tests.chaos.nemesis import Nemesis
from tests.end_to_end.shop import Order, open_shop

_BUYERS = 6
# A quorum queue is on disk this long after it was declared.
_DECLARED_SECONDS = 1.5
_SETTINGS = {
    "ARGOSY_PAYMENTS_CONNECT_SECONDS": "0.5",
    "ARGOSY_PAYMENTS_READ_SECONDS": "1",
    "ARGOSY_PAYMENTS_LEASE_SECONDS": "3",
    "ARGOSY_PAYMENTS_MISSING_SECONDS": "4",
}


@pytest.mark.cluster
@pytest.mark.timeout(240)
def test_few_kills_lose_no_order() -> None:
    _run(orders=60, kills=8)


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_many_kills_lose_no_order() -> None:
    _run(orders=200, kills=32)


def _run(orders: int, kills: int) -> None:
    seed = int(os.environ.get("ARGOSY_CHAOS_SEED", "0")) or SystemRandom().randrange(1, 10**9)
    with open_shop(_SETTINGS) as shop:
        stock_up(shop)
        time.sleep(_DECLARED_SECONDS)
        crowd, nemesis = Crowd(shop), Nemesis(shop.cluster, seed, kills)
        with _reported(seed, crowd, nemesis):
            _trade(crowd, nemesis, wishes(seed, orders))
            await_quiet(shop.cluster, 120)
            broken = map(str, check(shop.cluster, crowd.promises))
            faults = "\n".join([*broken, *crowd.surprises, *_unended(crowd)])
            assert not faults, faults
            assert len(nemesis.log) == kills


def _trade(crowd: Crowd, nemesis: Nemesis, wanted: Sequence[Wish]) -> None:
    """All buyers buy, spread over the nemesis's time; the last of them when it has ended."""
    stopped = Event()
    rage = Thread(target=nemesis.rage, args=(stopped,), name="nemesis")
    rage.start()
    try:
        with ThreadPoolExecutor(_BUYERS, thread_name_prefix="buyer") as buyers:
            for index, wish in enumerate(wanted):
                buyers.submit(crowd.buy, wish)
                _keep_pace(nemesis, rage, (index + 1) / len(wanted))
    finally:
        rage.join(300)
        stopped.set()


def _keep_pace(nemesis: Nemesis, rage: Thread, share: float) -> None:
    """So many kills for so many orders."""
    while rage.is_alive() and len(nemesis.log) < share * nemesis.planned - 1:
        time.sleep(0.05)


def _unended(crowd: Crowd) -> list[str]:
    """Orders that their buyers do not see at their end."""
    guest = crowd.shop.guest()
    found = [
        (order_id, guest.get(f"/orders/{order_id}", X_Cart_Token=cart.token))
        for order_id, cart in crowd.carts
    ]
    return [
        f"{order_id}: {answer.body}"
        for order_id, answer in found
        if answer.status != HTTPStatus.OK or not Order(answer.body).decided
    ]


@contextmanager
def _reported(seed: int, crowd: Crowd, nemesis: Nemesis) -> Iterator[None]:
    """A failure says how to run it again and what was killed when."""
    started = time.monotonic()
    try:
        yield
    except BaseException as failure:
        faults = "\n".join(map(str, nemesis.log))
        failure.add_note(f"ARGOSY_CHAOS_SEED={seed}\n{faults}")
        raise
    finally:
        print(  # noqa: T201  # pytest shows it with -s or after a failure
            f"seed {seed}: {len(crowd.promises)} orders accepted, refused {dict(crowd.refusals)},"
            f" {len(nemesis.log)} kills {dict(nemesis.kills)},"
            f" {time.monotonic() - started:.0f} s"
        )
