"""What a load came to: the one line of JSON that it ends with."""

from collections.abc import Mapping, Sequence

import msgspec


class Latency(msgspec.Struct, frozen=True):
    """How long a request took, in milliseconds; only those that were answered as they should."""

    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        """Of at least one measured request."""
        ordered = sorted(seconds)
        return cls(*(round(ordered[place] * 1000, 1) for place in _places(len(ordered))))


class Failure(msgspec.Struct, frozen=True):
    """What a shopper saw go wrong, and how often."""

    step: str
    reason: str
    times: int


class Orders(msgspec.Struct, frozen=True):
    """What became of the orders that the shop had accepted, as its API tells."""

    accepted: int
    fulfilled: int
    cancelled: int
    undecided: int
    lost: int
    doubled: int


class Outcome(msgspec.Struct, frozen=True):
    """One load from its first to its last request."""

    seconds: float
    requests: int
    failures: list[Failure]
    latencies: Mapping[str, Latency]
    orders: Orders

    @property
    def failed(self) -> int:
        """How many requests failed; none was tried again."""
        return sum(failure.times for failure in self.failures)

    @property
    def complaints(self) -> list[str]:
        """Why the installation did not stand it, one sentence each; nothing when it did."""
        seen = [f"{one.times} times {one.step}: {one.reason}" for one in self.failures]
        orders = [
            f"{count} of {self.orders.accepted} accepted orders {what}"
            for count, what in (
                (self.orders.lost, "are lost"),
                (self.orders.doubled, "exist twice"),
                (self.orders.undecided, "were never decided"),
                (self.orders.cancelled, "were cancelled, though paid for with a good card"),
            )
            if count
        ]
        idle = [] if self.orders.accepted else ["nothing was ordered"]
        return seen + orders + idle


def encode(outcome: Outcome) -> str:
    """As one line."""
    return msgspec.json.encode(outcome).decode()


def decode(output: str) -> Outcome:
    """The outcome in what a load printed; ValueError when it ended without one."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        last = (output.strip().splitlines() or ["it printed nothing"])[-1]
        raise ValueError(f"the load has no outcome: {last}")
    return msgspec.json.decode(lines[-1], type=Outcome)


def _places(count: int) -> tuple[int, int, int]:
    """Where the median, the 99th percentile (nearest rank) and the last of so many are."""
    return ((count + 1) // 2 - 1, -(-count * 99 // 100) - 1, count - 1)
