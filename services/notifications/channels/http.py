"""Requests to the providers that an operator has chosen: with deadlines, and never twice."""

import base64
from collections.abc import Mapping
from typing import NamedTuple

import urllib3

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
_MAX_ANSWER = 65_536
_MAX_DETAIL = 300


class NoAnswer(Exception):
    """It is not known whether the request was obeyed."""


class Answer(NamedTuple):
    """What the provider said; names of headers in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """A pool of connections to the providers, shared by the threads of a process."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=4, retries=False)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request. Raises NoAnswer, in words that quote nothing that was sent."""
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=body,
                headers=dict(headers),
                timeout=timeout,
                redirect=False,
                preload_content=False,
            )
            with answer:
                return Answer(answer.status, answer.headers, answer.read(_MAX_ANSWER))
        except (urllib3.exceptions.HTTPError, OSError) as fault:
            raise NoAnswer(f"no answer: {type(fault).__name__}") from fault


def basic(user: str, password: str) -> str:
    """The header `Authorization` of a user."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def detail(status: int, words: str) -> str:
    """What an attempt remembers of a refusal."""
    return f"{status} {words}".strip()[:_MAX_DETAIL]
