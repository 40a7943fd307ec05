"""Loads a file of Flipkart products through the public import API, and accounts for every row."""

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import urllib3

from libs.testing.process import ProcessFailed
from libs.testing.servers.private import ServerFailed
from tools.catalog_import import IMPORTS, import_lines, running_shop, sign_in
from tools.load_catalog.reconcile import Findings, compare
from tools.load_catalog.rows import Source, UnusableFile, read
from tools.replay.instance import all_in_one
from tools.replay.shop import Refused, ReplayFailed, Shop
from tools.run.supervisor import GaveUp

_EXPORT = "/api/v1/products/export?format=ndjson"
_SECONDS = 600.0
# What a reason says of one row alone; so rows with the same fault are counted together.
_PARTICULAR = re.compile(r'"[^"]*"|\b\d+\b')
_Faults = Mapping[int, Sequence[str]]


def main() -> None:
    """Exit code 0: every row is a product or was refused with a reason."""
    options = _options()
    try:
        sources = list(read(options.file))
        with _place(options.base_url) as (shop, headers):
            began = time.monotonic()
            done = _load(shop, headers, sources)
            took = time.monotonic() - began
            faults = _faults(shop, headers, done["id"])
            findings = compare(sources, faults, _exported(shop, headers))
    except (
        *(Refused, ReplayFailed, UnusableFile, OSError),
        *(ProcessFailed, ServerFailed, GaveUp),
    ) as fault:
        sys.exit(f"The catalog could not be loaded: {fault}")
    _check_counts(done, findings)
    print(f"{took:.1f} s for the import")
    print(findings.text())
    sys.exit(not findings.ok)


def _load(shop: Shop, headers: Mapping[str, str], sources: Sequence[Source]) -> dict[str, Any]:
    body = b"\n".join(msgspec.json.encode(source.cells) for source in sources)
    return import_lines(shop, headers, body, seconds=_SECONDS)


def _faults(shop: Shop, headers: Mapping[str, str], import_id: str) -> _Faults:
    found: dict[int, list[str]] = defaultdict(list)
    path: str | None = f"{IMPORTS}/{import_id}/errors?limit=100"
    while path:
        page = shop.get(path, headers)
        for fault in page["data"]:
            reason = _PARTICULAR.sub("...", fault["reason"])
            found[fault["row"]].append(f"{fault['column']} {reason}".strip())
        cursor = page["page"]["next"]
        path = cursor and f"{IMPORTS}/{import_id}/errors?limit=100&cursor={cursor}"
    return found


def _exported(shop: Shop, headers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    answer = urllib3.request(
        "GET", shop.address(_EXPORT), headers=dict(headers), timeout=60.0, retries=False
    )
    if answer.status != 200:  # noqa: PLR2004  HTTP's own number
        raise ReplayFailed(f"the export answered {answer.status}")
    return (msgspec.json.decode(line) for line in answer.data.splitlines())


def _check_counts(done: Mapping[str, Any], findings: Findings) -> None:
    """The import's own counts have to say the same."""
    taken = done["created"] + done["updated"] + done["unchanged"]
    said = {"rows": done["rows"], "found": taken, "refused": done["failed"]}
    seen = {
        "rows": findings.rows,
        "found": findings.found,
        "refused": findings.refused.total(),
    }
    findings.differences += [
        f"the import counts {said[name]} {name}, its errors and the file {seen[name]}"
        for name in said
        if said[name] != seen[name]
    ]


@contextmanager
def _place(base_url: str) -> Iterator[tuple[Shop, Mapping[str, str]]]:
    """The shop that runs there, or one of its own that ends with the block."""
    if base_url:
        yield running_shop(base_url)
        return
    with all_in_one() as made:
        shop = Shop(made.locate, connections=1)
        yield shop, sign_in(shop, made.admin_email, made.admin_password)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.load_catalog", description=__doc__)
    parser.add_argument("file", type=Path, help="flipkart_*.csv, packed with xz or plain")
    parser.add_argument("--base-url", default="", help="load it into a shop that runs already")
    return parser.parse_args()


if __name__ == "__main__":
    main()
