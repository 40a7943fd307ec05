"""Replays a plan's documents in the order of their time with several threads."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from tools.replay.checkout import Checkout, Placed
from tools.replay.plan import Credit, Sale
from tools.replay.shop import Refused, ReplayFailed

_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """What became of one order or return; `reason` is a code where it did not succeed."""

    document: str
    kind: str
    state: str
    reason: str = ""
    placed: Placed | None = None


class Pace:
    """Holds a document back until its time has come, `speed` times faster than it was; 0: never."""

    def __init__(self, speed: float, first: datetime) -> None:
        self._speed = speed
        self._first = first
        self._began = time.monotonic()

    def seconds_until(self, at: datetime) -> float:
        """Seconds until a document of that time is due."""
        if not self._speed:
            return 0.0
        due = self._began + (at - self._first).total_seconds() / self._speed
        return max(0.0, due - time.monotonic())


class Drive:
    """One run through the documents; an interrupt lets those under way end and begins no other."""

    def __init__(
        self, checkout: Checkout, documents: Sequence[Sale | Credit], speed: float
    ) -> None:
        self._checkout = checkout
        self._documents = documents
        self._speed = speed
        self._stopped = threading.Event()
        self._sales: dict[str, tuple[Sale, Future[list[Outcome]]]] = {}

    @property
    def stopped(self) -> bool:
        """Whether documents were left out."""
        return self._stopped.is_set()

    def run(self, concurrency: int, tell: Callable[[int], None]) -> list[Outcome]:
        """All outcomes; `tell` hears twice a second how many documents are done.

        Work is handed out in order, so a credit note that waits for its sale waits for work that
        some thread has begun already.
        """
        if not self._documents:
            return []
        pace = Pace(self._speed, self._documents[0].at)
        with ThreadPoolExecutor(concurrency) as threads:
            futures: list[Future[list[Outcome]]] = []
            for document in self._documents:
                futures.append(threads.submit(self._replay, document, pace))
                if isinstance(document, Sale):
                    self._sales[document.invoice] = document, futures[-1]
            try:
                _watch(futures, tell)
            except KeyboardInterrupt:
                self._stopped.set()
            except BaseException:
                self._stopped.set()
                raise
        return [outcome for future in futures for outcome in future.result()]

    def _replay(self, document: Sale | Credit, pace: Pace) -> list[Outcome]:
        if self._stopped.wait(pace.seconds_until(document.at)):
            return []
        if isinstance(document, Sale):
            return [self._sell(document)]
        return [
            self._give_back(document, invoice, pieces)
            for invoice, pieces in document.returns.items()
        ]

    def _sell(self, sale: Sale) -> Outcome:
        try:
            placed = self._checkout.buy(sale)
        except Refused as refusal:
            return Outcome(sale.invoice, "order", "refused", refusal.code)
        except ReplayFailed as fault:
            return Outcome(sale.invoice, "order", "failed", str(fault))
        state = "cancelled" if placed.status == "cancelled" else "confirmed"
        return Outcome(sale.invoice, "order", state, placed.reason, placed)

    def _give_back(self, credit: Credit, invoice: str, pieces: Mapping[str, int]) -> Outcome:
        sale, future = self._sales[invoice]
        sold = future.result()
        if not sold or sold[0].placed is None:
            return Outcome(credit.number, "return", "failed", f"{invoice} was not sold")
        try:
            state = self._checkout.give_back(sold[0].placed, sale.customer, credit.number, pieces)
        except Refused as refusal:
            return Outcome(credit.number, "return", "refused", refusal.code)
        except ReplayFailed as fault:
            return Outcome(credit.number, "return", "failed", str(fault))
        return Outcome(credit.number, "return", state)


def _watch(futures: Sequence[Future[list[Outcome]]], tell: Callable[[int], None]) -> None:
    open_futures = set(futures)
    while open_futures:
        _, open_futures = wait(open_futures, timeout=_LOOK_SECONDS)
        tell(len(futures) - len(open_futures))
