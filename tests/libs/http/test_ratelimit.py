"""Rate limits: counted once for all processes, and never off because Redis is."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import redis
from prometheus_client import REGISTRY

from libs import clock
from libs.http.app import create_service_app
from libs.http.problems import Problem
from libs.http.ratelimit import Limiter
from tests.libs.http.live import forwarded
from tests.libs.http.sample import WEB

RATES = {"login": "4/minute", "coupon": "off"}
LOGIN = "/api/v1/notes/login"


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Twenty seconds into a minute, for ever."""
    moment = datetime(2026, 1, 31, 12, 0, 20, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Time:
    """A clock that moves when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: Limiter, calls: int, key: str = "a") -> int:
    """How many of the calls pass."""
    return sum(passes(limiter, key) for _ in range(calls))


def passes(limiter: Limiter, key: str) -> bool:
    try:
        limiter.spend("login", key)
    except Problem:
        return False
    return True


def test_the_quota_passes_and_no_more() -> None:
    assert allowed(Limiter(RATES, ""), 10) == 4


def test_each_key_has_its_own_quota() -> None:
    limiter = Limiter(RATES, "")

    assert (allowed(limiter, 5, "a"), allowed(limiter, 5, "b")) == (4, 4)


def test_the_next_window_starts_anew(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    limiter = Limiter(RATES, "")
    allowed(limiter, 5)

    monkeypatch.setattr(clock, "now", lambda: moment.replace(minute=1))

    assert allowed(limiter, 5) == 4


def test_a_class_that_is_off_counts_nothing() -> None:
    limiter = Limiter(RATES, "")

    assert [limiter.spend("coupon", "a") for _ in range(100)] == [None] * 100


def test_a_check_counts_nothing_and_refuses_when_the_quota_is_used_up() -> None:
    limiter = Limiter(RATES, "")
    for _ in range(10):
        limiter.check("login", "a")
    allowed(limiter, 4)

    with pytest.raises(Problem) as caught:
        limiter.check("login", "a")

    assert caught.value.headers["Retry-After"] == "40"


def test_two_processes_share_one_quota_through_redis(redis_url: str) -> None:
    first, second = Limiter(RATES, redis_url), Limiter(RATES, redis_url)

    assert (allowed(first, 3), allowed(second, 3)) == (3, 1)


def test_counters_in_redis_expire(redis_url: str) -> None:
    Limiter(RATES, redis_url).spend("login", "a")

    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        lives = [client.ttl(key) for key in client.scan_iter()]

    assert lives
    assert all(0 < life <= 60 for life in lives)


def test_without_redis_each_process_counts_at_half_the_rate(free_port: int) -> None:
    limiter = Limiter(RATES, f"redis://127.0.0.1:{free_port}")

    assert allowed(limiter, 10) == 2


def test_each_probe_that_redis_missed_is_counted(free_port: int) -> None:
    name = "rate_limit_fallbacks_total"
    before = REGISTRY.get_sample_value(name) or 0
    time = Time()
    limiter = Limiter(RATES, f"redis://127.0.0.1:{free_port}", time)

    allowed(limiter, 3)
    time.now += 2
    allowed(limiter, 3)

    assert REGISTRY.get_sample_value(name) == before + 2


def test_a_silent_redis_costs_one_probe_of_100_ms_every_two_seconds(silent: socket.socket) -> None:
    time = Time()
    limiter = Limiter(RATES, f"redis://127.0.0.1:{silent.getsockname()[1]}", time)

    started = datetime.now(UTC)
    allowed(limiter, 100)
    took = (datetime.now(UTC) - started).total_seconds()
    at_once = connections(silent)
    time.now += 2
    allowed(limiter, 100)

    assert 0.08 < took < 0.5
    assert (at_once, connections(silent)) == (1, 1)


def connections(server: socket.socket) -> int:
    """How many have come since the last look."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_redis_is_used_again_when_it_is_back(redis_url: str, free_port: int) -> None:
    time = Time()
    limiter = Limiter(RATES, f"redis://127.0.0.1:{free_port}", time)
    allowed(limiter, 3)
    place = redis_url.rpartition(":")[2].partition("/")[0]

    with forwarded(free_port, int(place)):
        during_pause = allowed(limiter, 3)
        time.now += 2
        after_pause = allowed(limiter, 10)

    assert (during_pause, after_pause) == (0, 4)


def test_the_answer_carries_what_is_left(environ: dict[str, str]) -> None:
    client = create_service_app(
        WEB, {**environ, "ARGOSY_RATE_LIMIT_LOGIN": "2/minute"}
    ).test_client()

    response = client.post(LOGIN)

    assert response.headers["RateLimit-Policy"] == '"login";q=2;w=60'
    assert response.headers["RateLimit"] == '"login";r=1;t=40'


def test_over_the_quota_is_429_with_a_time_to_come_back(environ: dict[str, str]) -> None:
    client = create_service_app(
        WEB, {**environ, "ARGOSY_RATE_LIMIT_LOGIN": "1/minute"}
    ).test_client()
    client.post(LOGIN)

    response = client.post(LOGIN)

    assert (response.status_code, response.get_json()["code"]) == (429, "rate_limited")
    assert response.headers["Retry-After"] == "40"
    assert response.headers["RateLimit"] == '"login";r=0;t=40'
    assert response.headers.getlist("RateLimit") == ['"login";r=0;t=40']


def test_a_route_without_a_class_is_not_limited(environ: dict[str, str]) -> None:
    client = create_service_app(WEB, environ).test_client()

    assert "RateLimit" not in client.get("/api/v1/notes").headers


@pytest.mark.parametrize(("proxies", "second"), [("0", 429), ("1", 200)])
def test_a_forwarded_address_counts_only_behind_our_own_proxy(
    environ: dict[str, str], proxies: str, second: int
) -> None:
    settings = {"ARGOSY_RATE_LIMIT_LOGIN": "1/minute", "ARGOSY_TRUSTED_PROXIES": proxies}
    client = create_service_app(WEB, {**environ, **settings}).test_client()

    client.post(LOGIN, headers={"X-Forwarded-For": "192.0.2.1"})
    response = client.post(LOGIN, headers={"X-Forwarded-For": "192.0.2.2"})

    assert response.status_code == second


def test_a_forged_forwarded_address_before_our_proxy_counts_for_nothing(
    environ: dict[str, str],
) -> None:
    settings = {"ARGOSY_RATE_LIMIT_LOGIN": "1/minute", "ARGOSY_TRUSTED_PROXIES": "1"}
    client = create_service_app(WEB, {**environ, **settings}).test_client()

    client.post(LOGIN, headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.1"})
    response = client.post(LOGIN, headers={"X-Forwarded-For": "198.51.100.2, 192.0.2.1"})

    assert response.status_code == 429
