"""Feeds clicks of real shops through the events API, and shows what is recommended after them."""

import argparse
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from libs import clock
from libs.settings import SettingsError
from libs.testing.process import ProcessFailed
from libs.testing.servers.private import ServerFailed
from tools.clickstream import advice, feed, rows, shelves
from tools.replay.instance import Instance, all_in_one, cluster
from tools.replay.people import Person
from tools.replay.shop import Refused, ReplayFailed, Shop
from tools.run.supervisor import GaveUp


def main() -> None:
    """Exit code 0 if every row was accepted or skipped for a reason, else 1."""
    options = _options()
    try:
        sys.exit(0 if _feed_all(options) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except (
        *(ReplayFailed, Refused, rows.UnusableFile, OSError),
        *(SettingsError, ServerFailed, ProcessFailed, GaveUp),
    ) as fault:
        sys.exit(f"The feed failed: {fault}")


def _feed_all(options: argparse.Namespace) -> bool:
    files = [rows.read(path) for path in options.files]
    with _instance(options.profile) as instance:
        shop = Shop(instance.locate, options.threads)
        admin = Person(shop, instance.admin_email, instance.admin_password)
        whole = [_feed(shop, admin, clicks, options) for clicks in files]
    return all(whole)


def _feed(shop: Shop, admin: Person, clicks: rows.Clicks, options: argparse.Namespace) -> bool:
    began = time.monotonic()
    products = shelves.put_on_sale(shop, admin, clicks)
    print(f"{clicks.shop}: {len(products)} products on sale in {time.monotonic() - began:.0f} s")
    events = feed.events_of(clicks, products, clock.now())
    done = feed.send(shop, events, options.size, options.threads)
    print(f"  rows {len(clicks.rows)}, skipped {dict(clicks.skipped)}")
    print(f"  accepted {done.accepted}, repeated {done.repeated}, rejected {dict(done.rejected)}")
    print(f"  {done.events / done.seconds:.0f} events/s in batches of {options.size}")
    found = advice.advice(shop, clicks, products)
    print(f"  of {found.asked} products viewed most {found.related} have related ones,", end=" ")
    print(f"{found.same:.0%} of the same category (by chance {found.chance:.0%})")
    for sample in found.samples:
        print(f"    {sample}")
    return done.accepted + done.repeated == len(clicks.rows)


def _instance(profile: str) -> AbstractContextManager[Instance]:
    return cluster() if profile == "cluster" else all_in_one()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.clickstream", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="clickstream_*.csv, xz or plain")
    parser.add_argument("--profile", choices=("all-in-one", "cluster"), default="all-in-one")
    parser.add_argument("--size", type=int, default=100, help="events in a batch")
    parser.add_argument("--threads", type=int, default=4, help="batches under way at a time")
    options = parser.parse_args()
    if options.size < 1 or options.threads < 1:
        parser.error("--size and --threads must be at least 1")
    return options


if __name__ == "__main__":
    main()
