"""Fills a running shop with made-up articles through its public import API."""

import argparse
import sys
from collections.abc import Iterator, Mapping

import msgspec

from tools.catalog_import import import_lines, running_shop
from tools.replay.shop import Refused, ReplayFailed, Shop
from tools.seed.goods import SIZES, article

_BASE_URL = "http://127.0.0.1:8000"
_FILE_ARTICLES = 50_000
_IMPORT_SECONDS = 1800.0


def main() -> None:
    """Exit code 1 when an article was not taken."""
    options = _options()
    try:
        failed = fill(*running_shop(options.base_url), SIZES[options.size])
    except (Refused, ReplayFailed) as fault:
        sys.exit(f"The shop was not filled: {fault}")
    sys.exit(1 if failed else 0)


def fill(shop: Shop, headers: Mapping[str, str], count: int) -> int:
    """Import so many articles, and say how it went; how many were not taken."""
    failed = 0
    for body in _files(count):
        done = import_lines(shop, headers, body, seconds=_IMPORT_SECONDS)
        failed += done["failed"]
        print(" ".join(f"{name} {done[name]}" for name in ("rows", "created", "updated", "failed")))
    return failed


def _files(count: int) -> Iterator[bytes]:
    for first in range(1, count + 1, _FILE_ARTICLES):
        numbers = range(first, min(first + _FILE_ARTICLES, count + 1))
        yield b"\n".join(msgspec.json.encode(article(number).row) for number in numbers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.seed", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="100", help="how many articles")
    parser.add_argument("--base-url", default=_BASE_URL, help="where the shop answers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
