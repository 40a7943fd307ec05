"""Measures reads of the catalog: against the least that Flask can answer, and as it grows."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from bench.catalog.fill import Filler
from bench.catalog.measure import Server, latencies, pace
from bench.catalog.questions import Questions
from bench.report import print_goals
from bench.summary import Goal, percentile
from libs.db.migrate import migrate
from libs.db.settings import database_url
from libs.service import create_context_app
from libs.testing.process import ManagedProcess, Program, await_ready, is_ready
from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.private import free_port, scratch_directory
from libs.testing.tokens import Issuer
from services.catalog.settings import CatalogSettings

_ROOT = Path(__file__).resolve().parents[2]
_SMALL = 1_000
_READ_GOAL, _GROWTH_GOAL = 0.6, 2.0
_ROUNDS, _ROUND_SECONDS = 5, 1.5
_WARM_UP = 200
_START_SECONDS = 60.0
# Longer than a run: what is measured is the memory, not how often it is filled.
_MEMORY = {"ARGOSY_CATALOG_CACHE_SECONDS": "60"}
_NO_MEMORY = {"ARGOSY_CATALOG_CACHE_SECONDS": "0"}


def main() -> int:
    """1 if a goal is missed."""
    options = _options()
    with scratch_directory() as directory, PostgresServer(directory, fsync=False) as postgres:
        small = _database(postgres, "small", _SMALL)
        large = _database(postgres, "large", options.products)
        goals = [*_reads(directory, small), *_growth(directory, (small, large), options.questions)]
    print_goals(goals)
    return 0 if all(goal.met for goal in goals) else 1


def _database(postgres: PostgresServer, name: str, articles: int) -> str:
    url = postgres.create_database(name)
    environ = {"ARGOSY_CATALOG_DATABASE_URL": url}
    engine_url = database_url("catalog", environ)
    migrate("catalog", engine_url)
    filler = Filler(create_context_app("catalog", environ, CatalogSettings), url)
    filler.grow(articles)
    filler.close()
    return url


def _reads(directory: Path, url: str) -> Iterator[Goal]:
    """The warm memory against the bare reply, in turns."""
    with (
        _server(directory, "bare", {}) as bare,
        _server(directory, "catalog", _environ(directory, url) | _MEMORY) as catalog,
    ):
        detail = Questions(_SMALL).detail()
        arms = {"list": "/api/v1/products", "detail": detail}
        rates: dict[str, list[float]] = {name: [] for name in arms}
        costs: dict[str, list[float]] = {name: [] for name in arms}
        for _ in range(_ROUNDS):
            for name, path in arms.items():
                least = pace(bare, "/", _ROUND_SECONDS)
                found = pace(catalog, path, _ROUND_SECONDS)
                rates[name].append(found.rate / least.rate)
                costs[name].append(least.cpu / found.cpu)
                print(f"{name:8} {found.rate:7.0f}/s {found.cpu * 1e6:6.0f} us CPU"
                      f"   bare {least.rate:7.0f}/s {least.cpu * 1e6:6.0f} us CPU")  # fmt: skip
    for name in arms:
        yield Goal(f"{name}, warm, answers/s / bare Flask", _READ_GOAL, median(rates[name]), True)
        yield Goal(f"{name}, warm, CPU of bare Flask / it", _READ_GOAL, median(costs[name]), True)


def _growth(directory: Path, urls: Sequence[str], count: int) -> Iterator[Goal]:
    """Each kind of question, asked of the small and the large catalog in turns."""
    environs = [_environ(directory, url) | _NO_MEMORY for url in urls]
    with (
        _server(directory, "catalog", environs[0]) as small,
        _server(directory, "catalog", environs[1]) as large,
    ):
        servers = (small.url, large.url)
        for name, ask in Questions(_SMALL).kinds().items():
            latencies(servers, ask, _WARM_UP)
            (before, after), asked = latencies(servers, ask, count)
            shares = (0.5, 0.99)
            line = [percentile(taken, one) * 1000 for taken in (before, after) for one in shares]
            print(f"{name:8} p50 {line[0]:6.1f} p99 {line[1]:6.1f}   large p50 {line[2]:6.1f} p99"
                  f" {line[3]:6.1f} ms   slowest: {asked[after.index(max(after))]}")  # fmt: skip
            yield Goal(f"{name} p99, large / small", _GROWTH_GOAL, line[3] / line[1], False)


@contextmanager
def _server(directory: Path, name: str, environ: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    program = Program(
        name=f"{name}-{port}",
        command=(sys.executable, "-m", "bench.catalog.server", name, str(port)),
        environ={**os.environ, **environ},
        directory=_ROOT,
        log=directory / f"{name}-{port}.log",
    )
    process = ManagedProcess(program)
    process.start()
    try:
        await_ready([process], partial(is_ready, port), _START_SECONDS)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.stop()


def _environ(directory: Path, url: str) -> dict[str, str]:
    keys = directory / "keys"
    keys.mkdir(exist_ok=True)
    return {"ARGOSY_CATALOG_DATABASE_URL": url, **Issuer(keys).environ}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.catalog", description=__doc__)
    parser.add_argument("--products", type=int, default=1_000_000, help="of the large catalog")
    parser.add_argument("--questions", type=int, default=600, help="of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
