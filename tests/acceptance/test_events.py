"""What visitors do: taken in batches, and told on five streams."""

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from libs.ids import to_text, uuid7
from tests.acceptance.bus import listening
from tests.end_to_end.shop import await_that

_PRODUCT = to_text("prd", uuid7())
_STREAM_OF = {
    "view": "product-views",
    "click": "product-views",
    "add_to_cart": "cart-events",
    "search": "search-events",
    "purchase": "purchase-events",
}


def event(kind: str) -> dict[str, Any]:
    """Something a visitor did just now."""
    subject = {"query": "red mug"} if kind == "search" else {"product_id": _PRODUCT}
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"id": str(uuid4()), "type": kind, "at": at, "session_id": uuid4().hex, **subject}


def test_row_083_views_clicks_carts_searches_and_purchases_are_captured(shop):
    batch = [event(kind) for kind in _STREAM_OF]
    wrong = event("view") | {"product_id": "nothing"}

    taken = shop.guest().post("/events", {"consent": True, "events": [*batch, wrong]}).expect(202)
    again = shop.customer().post("/events", {"consent": False, "events": batch}).expect(202)
    silent = shop.guest().post("/events", {"events": batch})

    assert taken["accepted"] == len(batch)
    assert [bad["index"] for bad in taken["rejected"]] == [len(batch)]
    assert again == {"accepted": 0, "repeated": len(batch), "rejected": []}
    assert silent.status == 422


def test_row_084_each_event_is_on_its_stream_and_on_that_of_all_behavior(shop):
    batch = [event(kind) for kind in _STREAM_OF]
    names = ("user-events", *dict.fromkeys(_STREAM_OF.values()))
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(listening(shop.cluster, f"events.{name}.v1"))
            for name in names
        }

        def heard(name: str) -> set[str]:
            ours = {one["id"] for one in batch}
            return ours & {found[0] for fact in streams[name]() for found in fact["events"]}

        shop.guest().post("/events", {"consent": True, "events": batch}).expect(202)

        expected = {"user-events": {one["id"] for one in batch}}
        for one in batch:
            expected.setdefault(_STREAM_OF[one["type"]], set()).add(one["id"])
        await_that("all streams", lambda: {name: heard(name) for name in names} == expected)
