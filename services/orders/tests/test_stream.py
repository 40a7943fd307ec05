"""An order's events as they happen."""

import threading
import time
from typing import Any

import msgspec
import pytest

from services.orders.tests.shop import uuid_of


def events(answer: Any) -> list[tuple[int, str, Any]]:
    """Number, kind and data of each event of a whole stream."""
    found = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if "event" in fields:
            data = msgspec.json.decode(fields["data"])
            found.append((int(fields["id"]), fields["event"], data))
    return found


def test_a_stream_tells_the_whole_life_of_an_order_and_ends(shop, guest):
    order = guest.orders("MUG")
    shop.finishes(uuid_of(order), authorize_payment="payments.declined")
    started = time.monotonic()

    answer = guest.call("GET", f"/{order['id']}/events")

    told = events(answer)
    assert time.monotonic() - started < 1
    assert answer.content_type == "text/event-stream"
    assert [(number, kind) for number, kind, _ in told] == [(1, "placed"), (2, "cancelled")]
    assert told[1][2]["code"] == "payments.declined"


def test_a_stream_tells_what_happens_while_it_is_open(shop, guest):
    order = guest.orders("MUG")

    def work() -> None:
        with shop.app.app_context():
            shop.finishes(uuid_of(order), reserve_stock="inventory.out_of_stock")

    saga = threading.Timer(0.3, work)
    saga.start()
    answer = guest.call("GET", f"/{order['id']}/events")
    told = events(answer)
    saga.join()

    assert [kind for _, kind, _ in told] == ["placed", "cancelled"]


def test_a_stream_resumes_after_the_last_event_that_arrived(shop, guest):
    order = guest.orders("MUG")
    shop.finishes(uuid_of(order), reserve_stock="inventory.out_of_stock")

    answer = guest.call("GET", f"/{order['id']}/events", Last_Event_ID="1")

    assert [number for number, _, _ in events(answer)] == [2]


def test_nobody_needs_to_come_back_to_an_order_that_has_ended(shop, guest):
    order = guest.orders("MUG")
    shop.finishes(uuid_of(order), reserve_stock="inventory.out_of_stock")

    answer = guest.call("GET", f"/{order['id']}/events", Last_Event_ID="2")

    assert (answer.status_code, answer.data) == (204, b"")


def test_a_stream_ends_when_the_goods_have_arrived(shop, guest, admin):
    order = guest.buys("MUG")
    for status in ("shipped", "delivered"):
        admin.call("POST", f"/{order['id']}/transitions", json={"status": status})
    started = time.monotonic()

    told = events(guest.call("GET", f"/{order['id']}/events"))

    assert time.monotonic() - started < 1
    assert [data.get("status") for _, _, data in told][2:] == ["shipped", "delivered"]


def test_a_stream_tells_of_returns_after_the_goods_have_arrived(shop, guest, admin):
    order = guest.buys("MUG")
    for status in ("shipped", "delivered"):
        admin.call("POST", f"/{order['id']}/transitions", json={"status": status})
    shop.finishes(uuid_of(guest.returns(order, [1]).json, "ret"))

    told = events(guest.call("GET", f"/{order['id']}/events", Last_Event_ID="4"))

    assert [kind for _, kind, _ in told] == ["return_requested", "refunded"]


def test_a_stream_of_an_order_under_way_ends_after_a_while(shop, guest):
    order = guest.orders("MUG")
    started = time.monotonic()

    told = events(guest.call("GET", f"/{order['id']}/events"))

    assert 2 <= time.monotonic() - started < 10
    assert [kind for _, kind, _ in told] == ["placed"]


@pytest.mark.parametrize("last", ["-1", "one", "1.0", "9" * 5000, ""])
def test_a_number_that_no_event_has_starts_from_the_first(shop, guest, last):
    order = guest.orders("MUG")
    shop.finishes(uuid_of(order), reserve_stock="inventory.out_of_stock")

    answer = guest.call("GET", f"/{order['id']}/events", Last_Event_ID=last)

    assert [number for number, _, _ in events(answer)] == [1, 2]
