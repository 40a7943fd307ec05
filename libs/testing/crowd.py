"""Many threads at once, each with its own connection."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

R = TypeVar("R")

# What a service is told when fifty callers come at once and each waits as long as it takes.
ROOMY = {
    "ARGOSY_DATABASE_POOL_SIZE": "60",
    "ARGOSY_DATABASE_LOCK_TIMEOUT": "20000",
    "ARGOSY_DATABASE_STATEMENT_TIMEOUT": "30000",
}


def at_once(app: Flask, works: Sequence[Callable[[], R]]) -> list[R | Exception]:
    """What each work returned or raised; none starts before all are ready."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], R]) -> R | Exception:
        with app.app_context():
            barrier.wait(30)
            try:
                return work()
            except Exception as error:  # noqa: BLE001  the test judges what was raised
                return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
