"""Fills a running shop with made-up articles through its public import API."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tools.replay.shop import Refused, ReplayFailed, Shop, bearer
from tools.seed.goods import SIZES, article

_BASE_URL = "http://127.0.0.1:8000"
_FILE_ARTICLES = 50_000
_POLL_SECONDS = 1.0
_IMPORT_SECONDS = 1800.0


def main() -> None:
    """Exit code 1 when an article was not taken."""
    options = _options()
    email, password = (
        os.environ.get(f"ARGOSY_SEED_ADMIN_{name}") for name in ("EMAIL", "PASSWORD")
    )
    if not (email and password):
        sys.exit("ARGOSY_SEED_ADMIN_EMAIL and ARGOSY_SEED_ADMIN_PASSWORD say who fills the shop.")
    shop = Shop(lambda path: options.base_url.rstrip("/") + path, connections=1)
    try:
        token = shop.post("/api/v1/accounts/login", {"email": email, "password": password})
        failed = fill(shop, bearer(token["access_token"]), SIZES[options.size])
    except (Refused, ReplayFailed) as fault:
        sys.exit(f"The shop was not filled: {fault}")
    sys.exit(1 if failed else 0)


def fill(shop: Shop, headers: Mapping[str, str], count: int) -> int:
    """Import so many articles, and say how it went; how many were not taken."""
    failed = 0
    for body in _files(count):
        kind = {"Content-Type": "application/x-ndjson"}
        accepted = shop.call("POST", "/api/v1/imports", body, {**headers, **kind})
        done = _await(shop, headers, accepted["id"])
        failed += done["failed"]
        print(" ".join(f"{name} {done[name]}" for name in ("rows", "created", "updated", "failed")))
    return failed


def _files(count: int) -> Iterator[bytes]:
    for first in range(1, count + 1, _FILE_ARTICLES):
        numbers = range(first, min(first + _FILE_ARTICLES, count + 1))
        yield b"\n".join(msgspec.json.encode(article(number).row) for number in numbers)


def _await(shop: Shop, headers: Mapping[str, str], import_id: str) -> dict[str, Any]:
    until = time.monotonic() + _IMPORT_SECONDS
    while True:
        found: dict[str, Any] = shop.get(f"/api/v1/imports/{import_id}", headers)
        if found["state"] == "done":
            return found
        if time.monotonic() > until:
            raise ReplayFailed(f"the import {import_id} is not done after {_IMPORT_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.seed", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="100", help="how many articles")
    parser.add_argument(
        "--base-url", default="http://127.0.0.1:8000", help="where the shop answers"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
