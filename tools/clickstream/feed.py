"""Sends clicks to the events API, moved in time so that the last one was just now."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from libs.http.fields import rfc3339
from tools.clickstream.rows import Click, Clicks
from tools.clickstream.shelves import slug_of
from tools.replay.shop import Shop


@dataclass
class Outcome:
    """What the API said to all batches together."""

    batches: int = 0
    events: int = 0
    accepted: int = 0
    repeated: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, size: int, receipt: Mapping[str, Any]) -> None:
        """Count one answer."""
        self.batches += 1
        self.events += size
        self.accepted += receipt["accepted"]
        self.repeated += receipt["repeated"]
        for bad in receipt["rejected"]:
            self.rejected[bad["errors"][0]["code"]] += 1


def events_of(clicks: Clicks, products: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """The clicks as events. A row that is in the file twice has one id, so it counts once."""
    shift = days_to(now, max(click.at for click in clicks.rows))
    return [_event(clicks.shop, click, products, shift) for click in clicks.rows]


def days_to(now: datetime, last: datetime) -> timedelta:
    """Whole days, so that the time of day stays; nothing then lies ahead of now."""
    return timedelta(days=(now - last).days)


def send(shop: Shop, events: Sequence[dict[str, Any]], size: int, threads: int) -> Outcome:
    """Post the events, batch by batch, several at a time."""
    outcome, began = Outcome(), time.monotonic()
    batches = [events[at : at + size] for at in range(0, len(events), size)]

    def post(batch: Sequence[dict[str, Any]]) -> Any:
        return shop.post("/api/v1/events", {"consent": True, "events": batch})

    with ThreadPoolExecutor(threads) as pool:
        for batch, receipt in zip(batches, pool.map(post, batches), strict=True):
            outcome.add(len(batch), receipt)
    outcome.seconds = time.monotonic() - began
    return outcome


def _event(
    shop: str, click: Click, products: Mapping[str, str], shift: timedelta
) -> dict[str, Any]:
    row = f"{shop}/{click.kind}/{click.code}/{click.session}/{click.at.isoformat()}"
    event: dict[str, Any] = {
        "id": str(uuid5(NAMESPACE_URL, row)),
        "type": click.kind,
        "at": rfc3339(click.at + shift),
        "session_id": f"{shop}-{click.session}",
        "product_id": products[slug_of(shop, click)],
    }
    if click.kind != "view":
        event["price"] = {"amount": click.price, "currency": "USD"}
    return event
