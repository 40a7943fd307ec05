"""Key sets: fetched seldom, renewed, and still there when their source is not."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response

from libs import jwk
from libs.errors import Unavailable
from libs.http.keys import KeySet, parse
from tests.libs.http.live import served


class Source:
    """A JWKS endpoint that counts, and does as it is told."""

    def __init__(self, delay: float = 0) -> None:
        self.delay = delay
        self.fetches = 0
        self.status = 200
        self.keys = [public()]

    @contextmanager
    def running(self) -> Iterator[str]:
        app = Flask("source")
        app.add_url_rule("/jwks", view_func=self._answer)
        with served(app) as url:
            yield f"{url}/jwks"

    def _answer(self) -> Response:
        self.fetches += 1
        time.sleep(self.delay)
        return Response(jwk.key_set(self.keys), status=self.status)


class Time:
    """A clock that moves when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def public() -> dict[str, str]:
    return jwk.public_jwk(Ed25519PrivateKey.generate().public_key())


def test_a_known_key_is_fetched_once() -> None:
    source = Source()
    kid = source.keys[0]["kid"]

    with source.running() as url:
        keys = KeySet(url, Time())
        found = [keys.find(kid) for _ in range(100)]

    assert all(found)
    assert source.fetches == 1


def test_all_who_come_during_the_first_fetch_get_the_key() -> None:
    source = Source(delay=0.2)
    kid = source.keys[0]["kid"]

    with source.running() as url, ThreadPoolExecutor(8) as pool:
        keys = KeySet(url)
        found = list(pool.map(keys.find, [kid] * 8))

    assert all(found)
    assert source.fetches == 1


def test_a_source_that_takes_too_long_is_unavailable() -> None:
    source = Source(delay=1.3)

    with source.running() as url, pytest.raises(Unavailable):
        KeySet(url).find("any")


def test_a_thousand_unknown_keys_cause_one_fetch_a_minute() -> None:
    source, clock = Source(), Time()

    with source.running() as url:
        keys = KeySet(url, clock)
        keys.find(source.keys[0]["kid"])
        clock.now += 60
        for number in range(1000):
            keys.find(f"unknown-{number}")
            clock.now += 0.05

    assert source.fetches == 2


def test_a_new_key_is_found_without_a_restart() -> None:
    source, clock = Source(), Time()

    with source.running() as url:
        keys = KeySet(url, clock)
        keys.find(source.keys[0]["kid"])
        source.keys.append(public())
        clock.now += 60
        found = keys.find(source.keys[1]["kid"])

    assert found is not None


def test_a_withdrawn_key_stops_working_within_five_minutes() -> None:
    source, clock = Source(), Time()
    kid = source.keys[0]["kid"]

    with source.running() as url:
        keys = KeySet(url, clock)
        keys.find(kid)
        source.keys = [public()]
        clock.now += 300
        found = keys.find(kid)

    assert found is None


def test_known_keys_outlive_their_source() -> None:
    source, clock = Source(), Time()
    kid = source.keys[0]["kid"]

    with source.running() as url:
        keys = KeySet(url, clock)
        keys.find(kid)
    clock.now += 10_000

    assert keys.find(kid) is not None


def test_a_source_that_never_answered_is_unavailable_and_asked_once_a_second() -> None:
    source, clock = Source(), Time()
    source.status = 500

    with source.running() as url:
        keys = KeySet(url, clock)
        for _ in range(10):
            with pytest.raises(Unavailable):
                keys.find("any")
        clock.now += 1
        source.status = 200
        found = keys.find(source.keys[0]["kid"])

    assert found is not None
    assert source.fetches == 2


def test_a_redirect_is_not_followed() -> None:
    app = Flask("redirecting")
    app.add_url_rule(
        "/jwks", view_func=lambda: Response(status=302, headers={"Location": "/elsewhere"})
    )

    with served(app) as url, pytest.raises(Unavailable):
        KeySet(f"{url}/jwks", Time()).find("any")


def test_a_file_is_a_source_too(tmp_path: Path) -> None:
    key = public()
    (tmp_path / "jwks.json").write_bytes(jwk.key_set([key]))

    assert KeySet((tmp_path / "jwks.json").as_uri(), Time()).find(key["kid"]) is not None


@pytest.mark.parametrize(
    "other",
    [{"kty": "RSA"}, {"kty": "OKP", "crv": "X25519", "x": "AA", "kid": "x"}, {"kty": "oct"}],
)
def test_keys_of_other_kinds_are_skipped(other: dict[str, Any]) -> None:
    key = public()

    assert list(parse(jwk.key_set([other, key]))) == [key["kid"]]


@pytest.mark.parametrize("text", [b"", b"[]", b'{"keys": 1}', b'{"keys": [{"kid": "a"}]}'])
def test_what_is_no_key_set_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  msgspec words it
        parse(text)
