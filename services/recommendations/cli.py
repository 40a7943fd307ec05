"""For operators: `python -m services.recommendations.cli rebuild`, or `mock` for an ML team.

ARGOSY_RECOMMENDATIONS_DATABASE_URL and ARGOSY_RECOMMENDATIONS_REDIS_URL say where database and
store are.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from libs import clock
from libs.db.transaction import reading
from libs.ids import from_text
from libs.service import create_context_app
from libs.settings import SettingsError
from services.recommendations import publisher
from services.recommendations.extension import store
from services.recommendations.queries import products
from services.recommendations.rules.mock import mock_lists
from services.recommendations.settings import RecommendationsSettings
from services.recommendations.store.client import StoreDown
from services.recommendations.store.lists import MAX_AGE

_LISTS_AT_ONCE = 100
_MOCK_PRODUCTS = 1000


class Refused(Exception):
    """What the operator asked for cannot be done; the message says why."""


def rebuild(_given: argparse.Namespace) -> str:
    """Count every basket anew and write every list of our own again."""
    done = publisher.rebuild(_LISTS_AT_ONCE)
    stored = "" if store() else "; there is no store to write them to"
    return (
        f"counted {done.pairs} pairs, made {done.lists} lists,"
        f" removed {done.removed} that were left over{stored}"
    )


def mock(given: argparse.Namespace) -> str:
    """Write random lists of known products under the name of a writer."""
    shelf = store()
    if shelf is None:
        raise Refused(f"{RecommendationsSettings.variable('redis_url')} is not set")
    with reading() as session:
        known = products.list_sold(session, _MOCK_PRODUCTS)
    if not known:
        raise Refused("no product is known yet; sell some first")
    lifetime = timedelta(hours=given.hours)
    lists = mock_lists(known, given.user, given.seed)
    shelf.write(
        lists,
        clock.now(),
        writer=given.writer,
        model="mock",
        seconds=int(lifetime.total_seconds()),
    )
    return f"wrote {len(lists)} mock lists as {given.writer}, gone in {given.hours} h"


def run(given: argparse.Namespace, environ: Mapping[str, str]) -> str:
    """Do what the words ask for; one sentence says what was done."""
    try:
        with _app(environ).app_context():
            done: str = given.work(given)
            return done
    except SQLAlchemyError as fault:
        cause = str(getattr(fault, "orig", fault)).strip().partition("\n")[0]
        raise Refused(f"the database of recommendations refused: {cause}") from fault
    except StoreDown as fault:
        raise Refused(f"the store of recommendations did not answer: {fault}") from fault


def parser() -> argparse.ArgumentParser:
    """The words that the command takes."""
    words = argparse.ArgumentParser(prog="python -m services.recommendations.cli")
    commands = words.add_subparsers(required=True)
    rebuilding = commands.add_parser("rebuild", help="count anew and write the store anew")
    rebuilding.set_defaults(work=rebuild)
    mocking = commands.add_parser("mock", help="write random lists as an ML team would")
    mocking.add_argument("--writer", default="ml")
    mocking.add_argument("--user", type=_user, action="append", default=[], help="usr_...")
    mocking.add_argument("--seed", type=int, default=1)
    mocking.add_argument("--hours", type=_hours, default=24, help="how long the lists last")
    mocking.set_defaults(work=mock)
    return words


def _app(environ: Mapping[str, str]) -> Flask:
    return create_context_app("recommendations", environ, RecommendationsSettings)


def _user(text: str) -> UUID:
    return from_text("usr", text)


def _hours(text: str) -> int:
    hours, most = int(text), MAX_AGE // timedelta(hours=1)
    if not 1 <= hours <= most:
        raise argparse.ArgumentTypeError(f"1 to {most}")
    return hours


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when it was done, 1 with one sentence when not."""
    given = parser().parse_args(arguments)
    try:
        done = run(given, os.environ)
    except (Refused, SettingsError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
