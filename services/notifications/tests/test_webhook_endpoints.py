"""Endpoints of merchants: who may add them, where they may lie, and how their secrets change."""

import pytest

from libs import ids
from libs.testing.http_server import Received, Reply, http_server
from services.notifications.rules.webhooks import MAX_ENDPOINTS
from services.notifications.tests.merchant import (
    BASE,
    Merchant,
    happens,
    pass_time,
    run_due,
    verified,
)
from services.notifications.tests.story import confirmed


def is_signed_by(received: Received, *secrets: str) -> bool:
    return all(verified(received, secret) for secret in secrets)


def test_a_secret_is_shown_once(shop):
    made = shop.joins()

    found = shop.endpoint(made)
    listed = shop.call("GET", "/endpoints").json["data"]

    assert made["secret"].startswith("whsec_")
    assert "secret" not in found
    assert "secret" not in listed[0]
    assert (found["events"], found["state"]) == (["*"], "enabled")


def test_the_same_key_adds_one_endpoint(shop):
    body = {"url": shop.url}
    headers = {"Idempotency-Key": "once"}

    first, second = (shop.call("POST", "/endpoints", json=body, headers=headers) for _ in range(2))

    assert first.json == second.json
    assert len(shop.call("GET", "/endpoints").json["data"]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/hooks", "https://127.1/hooks", "https://10.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest/meta-data", "https://2130706433/", "http://example.org/",
        "https://example.org:25/", "https://user:pw@example.org/", "ftp://example.org/", "hooks",
        "https://[::ffff:169.254.169.254]/",
    ],
)  # fmt: skip
def test_an_endpoint_must_lie_on_the_public_internet(shop, url):
    made = shop.joins()

    added = shop.call("POST", "/endpoints", json={"url": url})
    changed = shop.call("PATCH", f"/endpoints/{made['id']}", json={"url": url})

    assert (added.status_code, added.json["code"]) == (422, "notifications.bad_endpoint")
    assert changed.status_code == 422


def test_a_name_that_leads_to_a_private_address_is_not_connected_to(service_app, issuer):
    with http_server(lambda _: Reply()) as server:
        app = service_app("notifications")
        with app.app_context():
            shop = Merchant(app.test_client(), issuer.admin())
            # A public name by its looks; it is resolved by the system itself.
            shop.url = f"https://localhost.localdomain:{server.port}/hooks"
            made = shop.joins()
            happens(confirmed(None))
            run_due()
            (delivery,) = shop.deliveries(made)
            (attempt,) = shop.attempts(delivery)

    assert server.connections == 0
    assert attempt["detail"].startswith("the host's name leads")


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://example.org/", "events": []},
        {"url": "https://example.org/", "events": ["order.exploded"]},
        {"url": "https://example.org/", "events": ["or*"]},
        {"url": "https://example.org/", "secret": "whsec_mine"},
        {"url": 1},
        {},
    ],
)
def test_what_is_no_endpoint_is_refused(shop, body):
    assert shop.call("POST", "/endpoints", json=body).status_code == 422


def test_there_is_a_limit_to_the_number_of_endpoints(shop):
    for _ in range(MAX_ENDPOINTS):
        shop.joins()

    answer = shop.call("POST", "/endpoints", json={"url": shop.url})

    assert (answer.status_code, answer.json["code"]) == (409, "notifications.too_many_endpoints")


def test_a_change_based_on_an_older_state_is_refused(shop):
    made = shop.joins()
    path = f"/endpoints/{made['id']}"
    tag = {"If-Match": shop.call("GET", path).headers["ETag"]}

    first = shop.call("PATCH", path, json={"events": ["order.*"]}, headers=tag)
    second = shop.call("PATCH", path, json={"events": ["*"]}, headers=tag)
    gone = shop.call("DELETE", path, headers=tag)

    assert (first.status_code, second.status_code, gone.status_code) == (200, 412, 412)
    assert shop.endpoint(made)["events"] == ["order.*"]


def test_a_deleted_endpoint_hears_nothing_more(shop):
    made = shop.joins()
    happens(confirmed(None))

    answer = shop.call("DELETE", f"/endpoints/{made['id']}")
    happens(confirmed(None))

    assert (answer.status_code, run_due(), shop.received) == (204, 0, [])
    assert shop.call("GET", f"/endpoints/{made['id']}").status_code == 404


def test_two_secrets_sign_while_one_gives_way_to_the_other(shop):
    made = shop.joins()
    path = f"/endpoints/{made['id']}/rotate-secret"

    newer = shop.call("POST", path, json={"overlap_seconds": 600}).json
    happens(confirmed(None))
    run_due()
    pass_time(601)
    happens(confirmed(None))
    run_due()

    meanwhile, later = shop.received
    assert is_signed_by(meanwhile, made["secret"], newer["secret"])
    assert len(meanwhile.headers["webhook-signature"].split(" ")) == 2
    assert len(later.headers["webhook-signature"].split(" ")) == 1
    assert is_signed_by(later, newer["secret"])


def test_never_more_than_two_secrets_are_valid(shop):
    made = shop.joins()
    path = f"/endpoints/{made['id']}/rotate-secret"

    for _ in range(3):
        shop.call("POST", path, json={})
    happens(confirmed(None))
    run_due()

    assert len(shop.received[0].headers["webhook-signature"].split(" ")) == 2


def test_a_test_event_goes_to_one_endpoint_whatever_it_asked_for(shop):
    made = shop.joins("stock.*")
    shop.joins()

    answer = shop.call("POST", f"/endpoints/{made['id']}/test")
    run_due()

    (received,) = shop.received
    shown = shop.call("GET", answer.headers["Location"].removeprefix(BASE)).json
    assert verified(received, made["secret"])["type"] == "webhook.test"
    assert (answer.status_code, shown["state"]) == (202, "delivered")


def test_an_endpoint_that_is_switched_off_is_not_tested(shop):
    made = shop.joins()
    shop.call("PATCH", f"/endpoints/{made['id']}", json={"state": "disabled"})

    answers = [
        shop.call("POST", f"/endpoints/{made['id']}/test"),
        shop.call(
            "POST", f"/endpoints/{made['id']}/recover", json={"since": "2026-01-01T00:00:00Z"}
        ),
    ]

    assert [(one.status_code, one.json["code"]) for one in answers] == [
        (409, "notifications.endpoint_disabled")
    ] * 2


def test_a_delivery_is_sent_once_more_under_the_same_id(shop):
    made = shop.joins()
    happens(confirmed(None))
    run_due()
    (delivery,) = shop.deliveries(made)

    answer = shop.call("POST", f"/deliveries/{delivery['id']}/redeliver")
    run_due()

    first, second = shop.received
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [one["number"] for one in shop.attempts(delivery)] == [1, 2]


def test_a_redelivery_does_not_wait_for_the_pause_of_its_endpoint(shop):
    made = shop.joins()
    shop.replies = [Reply(500)]
    happens(confirmed(None))
    run_due()
    (delivery,) = shop.deliveries(made)

    shop.call("POST", f"/deliveries/{delivery['id']}/redeliver")
    run_due()

    assert shop.deliveries(made)[0]["state"] == "delivered"


def test_all_that_failed_since_a_moment_is_sent_again(shop):
    made = shop.joins()
    shop.replies = [Reply(500)] * 10
    happens(confirmed(None))
    for _ in range(10):
        run_due()
        shop.call("PATCH", f"/endpoints/{made['id']}", json={"state": "enabled"})
        pass_time(86_401)

    recovered = [
        shop.call("POST", f"/endpoints/{made['id']}/recover", json={"since": since}).json
        for since in ("2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z")
    ]
    run_due()

    assert recovered == [{"queued": 0}, {"queued": 1}]
    assert shop.deliveries(made)[0]["state"] == "delivered"


def test_the_types_and_patterns_of_events_are_told(shop):
    told = shop.call("GET", "/event-types").json

    assert "order.confirmed" in told["types"]
    assert {"*", "order.*", "order.confirmed"} <= set(told["patterns"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/endpoints"),
        ("POST", "/endpoints"),
        ("GET", "/event-log"),
        ("GET", "/event-types"),
        ("POST", f"/deliveries/{ids.to_text('whd', ids.uuid7())}/redeliver"),
    ],
)
def test_only_administrators_have_to_do_with_webhooks(client, issuer, method, path):
    headers = issuer.user(ids.uuid7())

    answer = client.open(f"{BASE}{path}", method=method, headers=headers, json={})

    assert answer.status_code in (403, 422)
    assert client.open(f"{BASE}{path}", method=method).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "endpoints/{whe}",
        "endpoints/{whe}/deliveries",
        "deliveries/{whd}",
        "deliveries/{whd}/attempts",
    ],
)
def test_what_does_not_exist_is_not_found(shop, path):
    unknown = {name: ids.to_text(name, ids.uuid7()) for name in ("whe", "whd")}

    assert shop.call("GET", "/" + path.format(**unknown)).status_code == 404
