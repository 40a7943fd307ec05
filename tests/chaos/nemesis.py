"""Kills whatever runs, at moments and in an order that a seed decides, and starts it again."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Event

from libs.testing.cluster import Cluster

_PAUSES = (0.2, 1.5)
_ABSENCES = (0.0, 0.7)
# How often each is chosen; servers take longer to come back.
VICTIMS = {
    "worker": 8,
    "web": 5,
    "jobs": 2,
    "simulator": 2,
    "redis": 1,
    "postgres": 4,
    "rabbit": 3,
}


@dataclass(frozen=True)
class Fault:
    """One kill: when, of what, and how long it was gone. Seconds since the start."""

    at: float
    victim: str
    gone: float

    def __str__(self) -> str:
        return f"{self.at:7.2f} s  {self.victim:<9}  back after {self.gone:.2f} s"


class Nemesis:
    """A sequence of kills; each victim is back before the next is chosen."""

    def __init__(self, cluster: Cluster, seed: int, kills: int) -> None:
        self._cluster = cluster
        self._chance = Random(seed)  # noqa: S311  # a choice of victims, not a secret
        # Every kind of victim comes before any comes at random.
        chosen = self._chance.choices(tuple(VICTIMS), tuple(VICTIMS.values()), k=kills)
        chosen[: len(VICTIMS)] = list(VICTIMS)[:kills]
        self._chance.shuffle(chosen)
        self._victims = chosen
        self.planned = kills
        self.log: list[Fault] = []

    def rage(self, stopped: Event) -> None:
        """Kill all that was chosen, or until it is stopped."""
        started = time.monotonic()
        for victim in self._victims:
            if stopped.wait(self._chance.uniform(*_PAUSES)):
                return
            at = time.monotonic()
            kill, start = self._handles(victim)
            kill()
            time.sleep(self._chance.uniform(*_ABSENCES))
            start()
            self.log.append(Fault(at - started, victim, time.monotonic() - at))

    @property
    def kills(self) -> Counter[str]:
        """How often each was killed."""
        return Counter(fault.victim for fault in self.log)

    def _handles(self, victim: str) -> tuple[Callable[[], None], Callable[[], None]]:
        cluster = self._cluster
        match victim:
            case "postgres":
                return cluster.postgres.kill, cluster.postgres.start
            case "rabbit":
                return cluster.rabbit.kill, cluster.rabbit.start
            case "redis":
                return cluster.redis.kill, cluster.redis.start
            case "worker" | "web" | "jobs" | "simulator":
                process = cluster.process(victim)
                return (
                    lambda: cluster.kill(process),
                    lambda: cluster.restart(process, wait=False),
                )
        raise ValueError(victim)
