"""Misbehaviour on demand: by a token, by a request's header, or ordered beforehand."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

import msgspec

HEADER = "simulator-fault"
_FAILURES_OF_ERROR_500 = 2

Operation = Literal["create", "capture", "void", "refund", "find"]
Fault = Literal[
    "error_before",  # 500, nothing done
    "error_after",  # done, then 500
    "reset_before",  # the connection ends, nothing done
    "reset_after",  # done, then the connection ends
    "hang_after",  # done, then silence
    "slow",  # done, answered late
    "unseen",  # done, but a query does not find it for a while; of a query: finds nothing
]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `times` requests of that operation go wrong that way."""

    operation: Operation
    fault: Fault
    times: int = 1


@dataclass
class Faults:
    """Which fault, if any, befalls a request. They are forgotten when the process ends."""

    _ordered: dict[str, deque[Fault]] = field(default_factory=dict)
    _failures: Counter[str] = field(default_factory=Counter)

    def order(self, order: Order) -> None:
        """Queue the fault behind those already ordered."""
        queue = self._ordered.setdefault(order.operation, deque())
        queue.extend([order.fault] * order.times)

    def clear(self) -> None:
        """Behave well from now on."""
        self._ordered.clear()

    def of_request(self, operation: Operation, header: str) -> Fault | None:
        """The fault that was asked for, the header's first."""
        if header:
            asked: Fault = msgspec.convert(header, Fault)
            return asked
        queue = self._ordered.get(operation)
        return queue.popleft() if queue else None

    def of_token(self, token: str, key: str, *, first: bool) -> Fault | None:
        """How the token itself misbehaves; `first` tells that the key is new."""
        if token == "tok_slow":  # noqa: S105 - a name of a behaviour
            return "slow"
        if token == "tok_timeout_after_charge" and first:  # noqa: S105 - a name of a behaviour
            return "hang_after"
        if token == "tok_error_500" and self._failures[key] < _FAILURES_OF_ERROR_500:  # noqa: S105 - likewise
            self._failures[key] += 1
            return "error_before"
        return None
