"""`python -m libs.testing.shopping_load`: loads a shop until told to stop, then counts its orders.

It needs an administrator (ARGOSY_ADMIN_PASSWORD), who puts an article on sale. The load ends after
--seconds or when the file of --until appears; the last line that it prints is its outcome as JSON.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import urllib3

from libs.testing.shop_client import Shop, ShopFailed
from libs.testing.shopping_load.buyers import Buyer, Tally, keep_buying
from libs.testing.shopping_load.count import count
from libs.testing.shopping_load.outcome import Failure, Latency, Outcome, encode
from libs.testing.synthetic_order import OWN, buy, follow, put_on_sale

_PASSWORD = "ARGOSY_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
_ENOUGH = 1_000_000
_LOOK = 0.2


def load(options: argparse.Namespace) -> Outcome:
    """Buy until the end has come, then count."""
    tally, stop = Tally(), threading.Event()
    buyer = Buyer(options.url, OWN, options.payment_token, tally)
    watch = threading.Thread(
        target=_watch, args=(options.until, options.seconds, stop), daemon=True
    )
    started = time.monotonic()
    watch.start()
    keep_buying([buyer] * options.buyers, options.pause, stop)
    seconds = time.monotonic() - started
    sys.stderr.write(f"counting {len(tally.placed)} orders\n")
    return Outcome(
        seconds=round(seconds, 1),
        requests=tally.requests,
        failures=[Failure(*what, times) for what, times in tally.failures.most_common()],
        latencies={step: Latency.of(all_) for step, all_ in tally.seconds.items()},
        orders=count(options.url, tally.placed, options.patience),
    )


def prepare(url: str, administrator: str, password: str, payment_token: str) -> None:
    """Fill the shelf and buy once, so that price and stock have arrived wherever they are used."""
    operator = Shop(url, _wait)
    operator.log_in(administrator, password)
    put_on_sale(operator, OWN)
    line = {"sku": OWN.sku, "on_hand": _ENOUGH, "reason": "load"}
    operator.post("/inventory/adjustments", {"lines": [line]}, {"Idempotency-Key": str(uuid4())})
    guest = Shop(url, _wait)
    follow(guest, buy(guest, OWN, payment_token)["id"], 120)


def _watch(until: Path, seconds: float, stop: threading.Event) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not until.exists():
        time.sleep(_LOOK)
    stop.set()


def _wait() -> None:
    """Nothing of ours runs meanwhile."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shopping_load", description=__doc__)
    parser.add_argument("--url", required=True, help="the shop; {service} stands for the owner")
    parser.add_argument("--administrator", required=True, help="e-mail")
    parser.add_argument("--payment-token", default="tok_ok")
    parser.add_argument("--buyers", type=int, default=6, help="guests at the same time")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between their visits")
    parser.add_argument("--seconds", type=float, default=1800, help="longest load")
    parser.add_argument("--until", type=Path, default=Path("/nowhere"), help="file that ends it")
    parser.add_argument("--patience", type=float, default=180, help="seconds to wait for decisions")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 with one sentence when there was no load; its outcome is for others to judge."""
    options = _parser().parse_args(arguments)
    password = os.environ.get(_PASSWORD, "")
    try:
        prepare(options.url, options.administrator, password, options.payment_token)
    except (ShopFailed, urllib3.exceptions.HTTPError) as fault:
        sys.stderr.write(f"the load could not start: {fault}\n")
        return 1
    sys.stderr.write("the load has begun\n")
    sys.stdout.write(f"{encode(load(options))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
