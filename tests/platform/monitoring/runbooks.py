"""The runbooks of docs/operations.md, and the commands that they tell an operator to run."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.platform.monitoring.repository import ROOT
from tools.monitoring.rules import RUNBOOKS

_PART = re.compile(r"^## Runbooks$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ONE = re.compile(r"^### (\S+)$(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_SQL = re.compile(r"\bsql (\$?\w+) (?:\"([^\"]+)\"|'([^']+)')")
_API = re.compile(r"\bapi (GET|POST) '?([^\s'?`]+)")
_LOG = re.compile(r"\blogs [^`]*?grep (?:-\w+ )?'([^']+)'")


class Sql(NamedTuple):
    """A statement for the database of a service; `$service` stands for any."""

    alert: str
    service: str
    statement: str


class Call(NamedTuple):
    """A request to the shop's API."""

    alert: str
    method: str
    path: str


def runbooks() -> dict[str, str]:
    """The text of each, by its heading."""
    part = _PART.search((ROOT / RUNBOOKS).read_text("utf-8"))
    return dict(_ONE.findall(part.group(1))) if part else {}


def statements() -> list[Sql]:
    """Every SQL statement."""
    return [
        Sql(alert, service, double or single)
        for alert, text in runbooks().items()
        for service, double, single in _SQL.findall(text)
    ]


def calls() -> list[Call]:
    """Every request; a path that ends in dots stands for one thing of its kind."""
    return [
        Call(alert, method, path)
        for alert, text in runbooks().items()
        for method, path in _API.findall(text)
    ]


def log_words() -> Iterator[tuple[str, str]]:
    """What an operator looks for in a log, with the alert."""
    for alert, text in runbooks().items():
        for pattern in _LOG.findall(text):
            yield from ((alert, word) for word in pattern.split("|"))
