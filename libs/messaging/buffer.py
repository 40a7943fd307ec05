"""What has arrived and is not handled yet, and what of it is handled next."""

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

BATCH = 64
# So few arrivals show that somebody waits for each step; more are handled as they came.
FEW = 8
# So many earlier deliveries are no accident of a restart any more.
SUSPICIOUS = 5
# Facts give way so long, while a participant's call outside is under way.
_PATIENCE_SECONDS = 0.02


@dataclass(slots=True, eq=False)
class Arrival:
    """A raw delivery; held ones count as redelivered, since they may have been handled before.
    `deliveries` counts the earlier ones, where the broker does."""

    message: Any
    redelivered: bool
    deliveries: int
    refusal: str | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def tag(self) -> Any:
        """Grows with every delivery of a connection, where the broker counts them."""
        return self.message.delivery_tag

    @property
    def is_fact(self) -> bool:
        """Whether it came through a queue of facts."""
        return str(self.message.delivery_info["queue"]).endswith(".events")


class Buffer:
    """Arrivals in the order in which they are to be handled."""

    def __init__(self) -> None:
        self._arrivals: deque[Arrival] = deque()

    def __len__(self) -> int:
        return len(self._arrivals)

    def __iter__(self) -> Iterator[Arrival]:
        return iter(self._arrivals)

    def add(self, message: Any, refusal: str | None) -> None:
        """Take a delivery; a refusal says why it is to be parked."""
        redelivered = bool(message.delivery_info.get("redelivered"))
        deliveries = int((message.headers or {}).get("x-delivery-count", 0))
        self._arrivals.append(Arrival(message, redelivered, deliveries, refusal))

    def take(self) -> list[Arrival]:
        """A batch; but first, one by one and by lot, what was delivered suspiciously often.

        A message that kills its process would take all that was delivered with it to the limit of
        deliveries; so each of its neighbors has every time an even chance to go before it.
        """
        suspects = [arrival for arrival in self._arrivals if arrival.deliveries >= SUSPICIOUS]
        if suspects:
            drawn = random.choice(suspects)  # noqa: S311  # a lot, not a secret
            self._arrivals.remove(drawn)
            return [drawn]
        batch = [self._arrivals.popleft() for _ in range(min(BATCH, len(self._arrivals)))]
        return self._urgent(batch) if len(batch) <= FEW else batch

    def put_back(self, batch: Sequence[Arrival]) -> None:
        """These are handled again, before all others."""
        for arrival in batch:
            arrival.redelivered = True
        self._arrivals.extendleft(reversed(batch))

    def is_any_urgent(self) -> bool:
        """Whether somebody waits for an answer to anything that is here."""
        return any(not arrival.is_fact for arrival in self._arrivals)

    def can_wait(self) -> bool:
        """Whether all that is here are a few facts that have just come."""
        if len(self._arrivals) > FEW:
            return False
        since = time.monotonic() - _PATIENCE_SECONDS
        return all(arrival.is_fact and arrival.at > since for arrival in self._arrivals)

    def has_older(self, tag: int) -> bool:
        """Whether something is here that was delivered before that."""
        return any(arrival.tag < tag for arrival in self._arrivals)

    def _urgent(self, batch: list[Arrival]) -> list[Arrival]:
        """Without the facts, which stay as long as somebody waits for an answer."""
        urgent = [arrival for arrival in batch if not arrival.is_fact]
        if not urgent:
            return batch
        self._arrivals.extendleft(arrival for arrival in reversed(batch) if arrival.is_fact)
        return urgent
