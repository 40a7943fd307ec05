"""What can go wrong with one step of a saga, and whether it did."""

from dataclasses import dataclass
from typing import Literal

from libs.errors import DomainError
from libs.messaging.message import Phase, SagaKey

# hold: kept back until released; lose: never arrives; duplicate: arrives twice, and once more when
# all is over; reject: a business refusal; fail: an unexpected exception; die: the process ends.
Kind = Literal["hold", "lose", "duplicate", "reject", "fail", "die"]
# Whose work it is: the participant's command, the leader's reply, the slow call after the commit.
Side = Literal["participant", "leader", "slow"]
# When a process dies: nothing is done; done, not committed; committed, not published; published,
# not acknowledged.
Moment = Literal["before", "uncommitted", "unpublished", "unacknowledged"]


class Died(BaseException):
    """The process ended here; nothing may catch it but what plays the process."""


class Refused(DomainError):
    """A refusal that a test asked for."""

    code = "harness.refused"


@dataclass
class Fault:
    """Happens `times` times to what it meets; `fired` proves that it did.

    One delivery may call a handler more than once. A refusal is therefore a fact that stays (until
    a person has the step asked anew), and a failure belongs to the attempt.
    """

    kind: Kind
    step: str
    phase: Phase = "do"
    side: Side = "participant"
    moment: Moment | None = None
    times: int = 1
    fired: int = 0

    def meets(self, key: SagaKey, side: Side) -> bool:
        """Whether it is this fault's turn."""
        if (self.side, self.step, self.phase) != (side, key.step, key.phase):
            return False
        match self.kind:
            case "reject":
                return key.generation == 0
            case "fail":
                return key.attempt <= self.times
            case _:
                return self.fired < self.times

    def fire(self, key: SagaKey) -> None:
        """Count it."""
        self.fired = key.attempt if self.kind == "fail" else self.fired + 1

    def __str__(self) -> str:
        at = f"-{self.moment}" if self.moment else ""
        often = f"-x{self.times}" if self.times > 1 else ""
        return f"{self.kind}{at}-{self.side}-{self.step}.{self.phase}{often}"
