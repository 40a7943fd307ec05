"""What the users of a service may expect: `services/<name>/slo.toml`, read and checked."""

from pathlib import Path

import msgspec

from libs.observability.metrics import REQUEST_BUCKETS
from libs.runtime.registry import SERVICES
from libs.saga.metrics import SAGA_BUCKETS

FILE = "slo.toml"
_LOWEST, _HIGHEST = 50.0, 99.999


class BadObjective(Exception):
    """The file cannot be a promise; the message names it and says why."""


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a hundred requests are answered without an error of ours."""

    percent: float

    @property
    def budget(self) -> float:
        """The share that may fail."""
        return round(1 - self.percent / 100, 8)


class Latency(Share, frozen=True, forbid_unknown_fields=True):
    """So many of a hundred requests are answered in that time; `besides` names other routes."""

    seconds: float
    besides: tuple[str, ...] = ()


class SagaLatency(Share, frozen=True, forbid_unknown_fields=True):
    """So many of a hundred completed sagas that waited for nobody outside took no longer."""

    name: str
    seconds: float


class Objectives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All promises of one service."""

    availability: Share
    latency: Latency
    sagas: tuple[SagaLatency, ...] = ()


def read(service: str, folder: Path = SERVICES) -> Objectives:
    """The service's objectives; BadObjective if they are missing or cannot be measured."""
    path = folder / service / FILE
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Objectives)
    except FileNotFoundError:
        raise BadObjective(f"services/{service} has no {FILE}") from None
    except (msgspec.DecodeError, ValueError) as fault:
        raise BadObjective(f"services/{service}/{FILE}: {fault}") from fault
    if reason := _impossible(found):
        raise BadObjective(f"services/{service}/{FILE}: {reason}")
    return found


def _impossible(found: Objectives) -> str | None:
    for share in (found.availability, found.latency, *found.sagas):
        if not _LOWEST <= share.percent <= _HIGHEST:
            return f"{share.percent} is no percentage from {_LOWEST} to {_HIGHEST}"
    if found.latency.seconds not in REQUEST_BUCKETS:
        return _no_edge(found.latency.seconds, REQUEST_BUCKETS)
    for saga in found.sagas:
        if saga.seconds not in SAGA_BUCKETS:
            return _no_edge(saga.seconds, SAGA_BUCKETS)
    return None


def _no_edge(seconds: float, edges: tuple[float, ...]) -> str:
    choice = ", ".join(f"{edge:g}" for edge in edges)
    return f"the histogram has no edge at {seconds:g} seconds, only at {choice}"
