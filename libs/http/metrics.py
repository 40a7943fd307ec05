"""What Prometheus learns of what HTTP services lean on: other services, and a Redis that counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram

from libs.errors import DomainError, Unavailable

_calls = Histogram(
    "http_client_seconds",
    "Time of one call to another service, by what came of it: answered, refused or unavailable.",
    ("service", "callee", "outcome"),
    buckets=(0.005, 0.025, 0.1, 0.3, 0.8, 2.0),
)
rate_limit_fallbacks = Counter(
    "rate_limit_fallbacks",
    "Times that Redis did not count for the rate limits; one in 2 s at most.",
)


@contextmanager
def call_timed(service: str, callee: str) -> Iterator[None]:
    """Time the call inside; a refusal is an answer, the callee's silence is not."""
    started, outcome = perf_counter(), "answered"
    try:
        yield
    except Unavailable:
        outcome = "unavailable"
        raise
    except DomainError:
        outcome = "refused"
        raise
    finally:
        _calls.labels(service, callee, outcome).observe(perf_counter() - started)
