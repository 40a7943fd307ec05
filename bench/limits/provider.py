"""The payment simulator as the hand-written limits call it: a batch of requests in one write."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from bench.kept_http import KeptConnection, request


class Request(NamedTuple):
    """A POST under an idempotency key."""

    path: str
    key: str
    body: str


class Intent(msgspec.Struct):
    """What is kept of the provider's payment."""

    id: str


class Event(msgspec.Struct):
    """What is kept of the provider's answer."""

    id: str
    intent: Intent


class Provider:
    """One connection."""

    def __init__(self, url: str) -> None:
        self._connection = KeptConnection(url)

    def call(self, requests: Sequence[Request]) -> list[bytes]:
        """The bodies of the answers, in order; all must be 200."""
        self._connection.send(b"".join(map(_encode, requests)))
        answers = [self._connection.answer() for _ in requests]
        for answer in answers:
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"the provider answered {answer}")
        return [answer.body for answer in answers]


def _encode(one: Request) -> bytes:
    return request("POST", one.path, one.body.encode(), {"idempotency-key": one.key})
