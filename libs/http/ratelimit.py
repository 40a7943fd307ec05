"""Rate limits: calls counted per class and caller in Redis, or locally while Redis is down."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import limits
import redis
from limits.storage import MemoryStorage, RedisStorage, Storage

from libs import clock
from libs.http import metrics
from libs.http.problems import Problem
from libs.http.settings import HttpSettings

_log = logging.getLogger(__name__)
_PREFIX = "rate_limit_"
_OFF = "off"
_PROBE_EVERY = 2.0
_CONNECT_TIMEOUT, _READ_TIMEOUT = 0.05, 0.1
_FAILURES = (redis.RedisError, OSError)

# These happen before anybody is known, so they count per address; the others per caller.
BY_ADDRESS = frozenset({"login", "register"})


@dataclass(frozen=True)
class Allowance:
    """What is left of a class's quota in the current window."""

    name: str
    quota: int
    window: int
    remaining: int
    reset: int

    @property
    def exceeded(self) -> bool:
        """Whether the counted calls are more than the quota."""
        return self.remaining < 0

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` of the IETF draft."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.name}";r={max(self.remaining, 0)};t={self.reset}',
        }

    def problem(self) -> Problem:
        """The 429 of a caller who has used the quota up."""
        headers = self.headers() | {"Retry-After": str(self.reset)}
        detail = f"Too many requests of this kind; try again in {self.reset} s."
        return Problem(429, "rate_limited", detail, headers=headers, retryable=True)


class Limiter:
    """Fixed windows on the clock. Redis down costs at most one 100 ms probe every 2 s.

    Meanwhile each process counts for itself at half the rate: never off, never doubled twice.
    """

    def __init__(
        self,
        rates: Mapping[str, str],
        redis_url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.names = frozenset(rates)
        self._rates = {n: limits.parse(rate) for n, rate in rates.items() if rate != _OFF}
        self._local = MemoryStorage()
        self._shared = _redis_storage(redis_url) if redis_url else None
        self._monotonic = monotonic
        self._probe_at = float("-inf")

    @classmethod
    def from_settings(cls, settings: HttpSettings) -> "Limiter":
        """A limiter of every `rate_limit_...` of the settings."""
        rates = {
            field.name.removeprefix(_PREFIX): getattr(settings, field.name)
            for field in fields(settings)
            if field.name.startswith(_PREFIX)
        }
        return cls(rates, settings.redis_url)

    def spend(self, name: str, key: str) -> Allowance | None:
        """Count one call; 429 when the quota is used up, None for a class that is off."""
        return self._use(name, key, 1)

    def check(self, name: str, key: str) -> Allowance | None:
        """429 when the quota is used up; counts nothing: for what counts only when it fails."""
        return self._use(name, key, 0)

    def _use(self, name: str, key: str, amount: int) -> Allowance | None:
        rate = self._rates.get(name)
        if rate is None:
            return None
        window, now = rate.get_expiry(), clock.now().timestamp()
        counter = f"rate:{name}:{key}:{int(now // window)}"
        count, quota = self._count(counter, window, amount, rate.amount)
        # A check asks whether one more call would fit.
        remaining = quota - count - (0 if amount else 1)
        reset = max(1, int(window - now % window))
        allowance = Allowance(name, quota, window, remaining, reset)
        if allowance.exceeded:
            raise allowance.problem()
        return allowance

    def _count(self, counter: str, window: int, amount: int, quota: int) -> tuple[int, int]:
        if self._shared is None:
            return _add(self._local, counter, window, amount), quota
        if self._monotonic() >= self._probe_at:
            try:
                return _add(self._shared, counter, window, amount), quota
            except _FAILURES as fault:
                self._probe_at = self._monotonic() + _PROBE_EVERY
                metrics.rate_limit_fallbacks.inc()
                _log.warning("rate limits are counted locally: %s", fault)
        return _add(self._local, counter, window, amount), max(1, quota // 2)


def _add(storage: Storage, counter: str, window: int, amount: int) -> int:
    return storage.incr(counter, window, amount=amount) if amount else storage.get(counter)


def _redis_storage(url: str) -> Storage:
    # A pool of its own: unlike a plain client's, its connections are not tried three times.
    pool = redis.ConnectionPool.from_url(
        url, socket_connect_timeout=_CONNECT_TIMEOUT, socket_timeout=_READ_TIMEOUT
    )
    return RedisStorage(url, connection_pool=pool)
