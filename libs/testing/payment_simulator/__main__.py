"""`python -m libs.testing.payment_simulator`: serves until it is told to end."""

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

from libs.testing.payment_simulator.api import Announce, Announcers, Api, Delays
from libs.testing.payment_simulator.book import Book
from libs.testing.payment_simulator.events import Event
from libs.testing.payment_simulator.journal import Journal
from libs.testing.payment_simulator.server import Connection
from libs.testing.payment_simulator.webhooks import WebhookSender
from libs.webhook_signature import Secret


def main(arguments: list[str]) -> None:
    """Serve; the first line on standard output is the address."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.webhook_url and not options.webhook_secret:
        parser.error("--webhook-url needs --webhook-secret")
    asyncio.run(_serve(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payment_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--public-url", default="", help="what the buyer's browser can reach")
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--fsync", action="store_true", help="survive the machine's death too")
    parser.add_argument("--webhook-url", default="", help="where events are posted to")
    parser.add_argument(
        "--webhook-secret", type=_newest, help="whsec_...; of several, with commas, the first signs"
    )
    parser.add_argument(
        "--webhook-events",
        choices=("all", "buyer"),
        default="buyer",
        help="buyer: only what buyers do",
    )
    parser.add_argument("--slow-seconds", type=float, default=Delays.slow)
    parser.add_argument("--hang-seconds", type=float, default=Delays.hang)
    parser.add_argument("--unseen-seconds", type=float, default=Delays.unseen)
    return parser


def _newest(secrets: str) -> Secret:
    return Secret.parse(secrets.partition(",")[0].strip())


async def _serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    listener = socket.create_server((options.host, options.port), backlog=128)
    url = f"http://{options.host}:{listener.getsockname()[1]}"
    journal = Journal(options.journal, fsync=options.fsync)
    api = _api(options, journal, options.public_url or url)
    server = await loop.create_server(lambda: Connection(api.respond), sock=listener)
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()
    journal.close()


def _api(options: argparse.Namespace, journal: Journal, public_url: str) -> Api:
    book = Book(public_url, journal.append)
    book.restore(journal.replay())
    delays = Delays(options.slow_seconds, options.hang_seconds, options.unseen_seconds)
    send: Announce = _to_nobody
    if options.webhook_url:
        send = WebhookSender(options.webhook_url, options.webhook_secret).send
    asked = _to_nobody if options.webhook_events == "buyer" else send
    return Api(book, journal.export, Announcers(by_request=asked, by_buyer=send), delays)


def _to_nobody(_event: Event) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main(sys.argv[1:])
