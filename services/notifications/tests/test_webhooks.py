"""Merchants hear what they asked for: signed, at least once, and tried again when that may help."""

import pytest

from libs import ids
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.orders import OrderPlaced
from libs.db.transaction import transaction
from libs.testing.http_server import Received, Reply
from libs.webhook_signature import BadSignature
from services.notifications import tasks
from services.notifications.commands import webhook_deliveries
from services.notifications.rules.webhooks import next_wait
from services.notifications.tests.merchant import age_events, happens, pass_time, run_due, verified
from services.notifications.tests.story import cancelled, confirmed, messages, register

DAY = 86_400


def test_an_event_is_told_with_a_signature_that_the_receiver_can_check(shop):
    made = shop.joins()
    customer_id = ids.uuid7()

    happens(confirmed(customer_id))
    run_due()

    (received,) = shop.received
    told = verified(received, made["secret"])
    assert received.headers["content-type"] == "application/json"
    assert received.headers["webhook-id"].startswith("evt_")
    assert (told["type"], told["data"]["total_minor"]) == ("order.confirmed", 1900)
    assert told["data"]["customer_id"] == ids.to_text("usr", customer_id)
    assert told["ordering_key"] == told["data"]["order_id"]
    assert told["data"]["lines"][0]["product_id"].startswith("prd_")
    assert told["timestamp"].endswith("Z")
    assert isinstance(told["sequence"], int)


def test_only_events_that_an_endpoint_asked_for_are_told(shop):
    shop.joins("order.cancelled", "stock.*")
    level = StockLevel(variant_id=ids.uuid7(), available=1, version=1)

    happens(confirmed(None))
    happens(cancelled(None))
    happens(StockChanged(levels=(level,)))
    happens(OrderPlaced(order_id=ids.uuid7(), cart_id=ids.uuid7()))
    run_due()

    types = [type_of(received) for received in shop.received]
    assert types == ["order.cancelled", "stock.changed"]


def type_of(received: Received) -> str:
    return received.body.partition(b'"type":"')[2].partition(b'"')[0].decode()


def test_an_event_that_nobody_wants_leaves_no_trace(shop):
    shop.joins("stock.*")

    happens(confirmed(None))

    assert shop.call("GET", "/event-log").json["data"] == []


def test_each_endpoint_is_told_the_same_event_under_the_same_id(shop):
    first, second = shop.joins(), shop.joins()

    happens(confirmed(None))
    run_due()

    one, other = shop.received
    assert one.headers["webhook-id"] == other.headers["webhook-id"]
    assert one.body == other.body
    secrets = {first["secret"], second["secret"]}
    assert sum(is_signed(received, secret) for received in (one, other) for secret in secrets) == 2


def is_signed(received: Received, secret: str) -> bool:
    try:
        verified(received, secret)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_anything_but_success_is_tried_again_with_the_same_words(shop, status):
    made = shop.joins()
    shop.replies = [Reply(status, b"no", {"Location": f"{shop.url}/elsewhere"})]

    happens(confirmed(None))
    run_due()
    too_early = run_due(), len(shop.received)
    pass_time(6)
    run_due()

    (delivery,) = shop.deliveries(made)
    first, second = shop.attempts(delivery)
    assert too_early == (1, 1)
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
    assert (first["state"], first["status"], first["response"]) == ("failed", status, "no")
    assert (second["state"], second["status"]) == ("delivered", 200)
    assert {received.path for received in shop.received} == {"/hooks"}
    assert len({received.headers["webhook-id"] for received in shop.received}) == 1
    assert len({received.body for received in shop.received}) == 1


def test_waits_grow_until_nothing_more_is_tried():
    waits = [next_wait(tries) or 0 for tries in range(1, 10)]

    assert waits[:4] == [5, 300, 1800, 7200]
    assert waits == sorted(waits)
    assert 3 * DAY < sum(waits) < 4 * DAY
    assert next_wait(10) is None


def test_a_delivery_that_failed_for_days_has_failed(shop):
    made = shop.joins()
    shop.replies = [Reply(500)] * 20
    happens(confirmed(None))

    for _ in range(12):
        run_due()
        keep_endpoint()
        pass_time(DAY + 1)

    (delivery,) = shop.deliveries(made)
    assert (delivery["state"], delivery["attempts"]) == ("failed", 10)


def keep_endpoint() -> None:
    """The endpoint does not reach its own end meanwhile."""
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE webhook_endpoint SET failing_since = now()")


def test_an_endpoint_that_fails_is_left_alone_for_a_while_however_much_waits(shop):
    made = shop.joins()
    shop.replies = [Reply(500)]

    for _ in range(5):
        happens(confirmed(None))
    run_due()

    paused = shop.endpoint(made)
    assert len(shop.received) == 1
    assert (paused["failures"], paused["paused_until"] is not None) == (1, True)
    pass_time(6)
    run_due()
    assert len(shop.received) == 6
    assert shop.endpoint(made)["failing_since"] is None


def test_an_endpoint_that_fails_for_long_is_switched_off_and_its_owner_told(shop, issuer):
    author = register(email="owner@example.org")
    shop.admin = issuer.user(author, ("admin",))
    made = shop.joins()
    shop.replies = [Reply(500)] * 2
    happens(confirmed(None))
    run_due()

    pass_time(5 * DAY + 1)
    happens(confirmed(None))
    run_due()

    found = shop.endpoint(made)
    told = [one for one in messages("email") if one.template == "webhook_disabled"]
    assert found["state"] == "disabled"
    assert "it answered 500" in found["disabled_reason"]
    assert [one.address for one in told] == ["owner@example.org"]
    assert shop.url in told[0].body


def test_an_endpoint_that_says_it_is_gone_is_switched_off_at_once(shop):
    made = shop.joins()
    shop.replies = [Reply(410)]

    happens(confirmed(None))
    run_due()
    happens(confirmed(None))

    assert shop.endpoint(made)["disabled_reason"] == "it says that it is gone"
    assert len(shop.deliveries(made)) == 1


def test_an_endpoint_that_is_switched_on_again_gets_what_waited(shop):
    made = shop.joins()
    path = f"/endpoints/{made['id']}"
    happens(confirmed(None))
    shop.call("PATCH", path, json={"state": "disabled"})
    run_due()
    off = len(shop.received)

    shop.call("PATCH", path, json={"state": "enabled"})
    run_due()

    assert (off, len(shop.received)) == (0, 1)


def test_a_lost_job_is_repeated_by_the_sweep(shop):
    shop.joins()
    happens(confirmed(None))

    with transaction() as session:
        early = webhook_deliveries.nudge_overdue_webhooks(session, 100)
    pass_time(31)
    with transaction() as session:
        late = webhook_deliveries.nudge_overdue_webhooks(session, 100)

    assert (early, late) == (0, 1)


def test_a_worker_that_died_leaves_a_delivery_that_is_tried_again(shop):
    made = shop.joins()
    happens(confirmed(None))
    (delivery,) = shop.deliveries(made)
    with transaction() as session:
        claimed = webhook_deliveries.claim(session, ids.from_text("whd", delivery["id"]))

    run_due()
    held = len(shop.received)
    pass_time(61)
    run_due()

    assert claimed is not None
    assert (held, len(shop.received)) == (0, 1)
    assert [one["state"] for one in shop.attempts(delivery)] == ["started", "delivered"]


def test_events_that_are_old_are_forgotten_with_their_deliveries(shop):
    made = shop.joins()
    happens(confirmed(None))
    age_events(31)
    happens(cancelled(None))

    with transaction() as session:
        tasks.purge_webhook_events(session)

    assert [one["type"] for one in shop.call("GET", "/event-log").json["data"]] == [
        "order.cancelled"
    ]
    assert len(shop.deliveries(made)) == 1
