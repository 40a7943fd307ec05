"""The channels over which people are told things, the words, and the providers that carry them."""

import threading
from typing import Any
from uuid import uuid4

from libs import clock, ids
from libs.testing.message_providers.sendgrid import sendgrid_server
from services.notifications.channels.registry import build
from services.notifications.rules.messages import Dispatch
from services.notifications.settings import NotificationsSettings
from tests.end_to_end.shop import Caller, Shop, await_that

NUMBER = "+4915112345678"


def _id_of(customer: Caller) -> str:
    return str(customer.get("/accounts/profile").expect(200)["id"])


def test_row_066_a_text_is_sent(shop, twilio):
    text = f"Your parcel {uuid4().hex} is here."

    sent = shop.admin.at("POST", "/notifications/sms/", {"to": NUMBER, "body": text}).expect(202)

    def arrived() -> bool:
        return text in [form["Body"] for form in list(twilio.accepted)]

    await_that("the text", arrived)
    assert sent["messages"][0]["channel"] == "sms"
    assert shop.guest().at("POST", "/notifications/sms/", {"to": NUMBER}).status == 401


def test_row_067_a_push_reaches_the_devices_of_a_customer(shop, fcm):
    customer, token = shop.customer(), f"device-{uuid4().hex}"
    customer.post("/notifications/devices", {"token": token, "platform": "android"}).expect(201)

    push = {"user_id": _id_of(customer), "title": "Hello", "body": "There"}
    shop.admin.post("/notifications/push", push).expect(202)

    def arrived() -> bool:
        return token in [message["token"] for message in list(fcm.accepted)]

    await_that("the push", arrived)


def test_row_068_a_customer_sees_in_the_application_what_happens_as_it_happens(shop):
    customer, sku = shop.customer(), f"LIVE-{uuid4().hex[:8]}"
    shop.sell({sku: 5})
    told: list[Any] = []
    listener = threading.Thread(target=_listen, args=(shop, customer, told), daemon=True)
    listener.start()
    await_that("the stream", lambda: bool(told))

    customer.order(customer.make_cart({sku: 1}))

    await_that("the event", lambda: any("order_confirmed" in line for line in told))
    path = "/notifications?unread=true"
    (note,) = [
        one for one in customer.get(path).expect(200)["data"] if one["kind"] == "order_confirmed"
    ]
    customer.call("PATCH", f"/notifications/{note['id']}", {"read": True}).expect(200)
    assert note["id"] not in [one["id"] for one in customer.get(path).expect(200)["data"]]


def _listen(shop: Shop, customer: Caller, told: list[Any]) -> None:
    url = shop.cluster.url_for("/api/v1/notifications/stream")
    with customer.http.request(
        "GET", url, headers=customer.headers, preload_content=False
    ) as answer:
        for block in answer.stream(1):
            told.append("".join([*told[-1:], block.decode()]))
            if "order_confirmed" in told[-1]:
                return


def test_row_069_templates_have_versions_and_languages(shop):
    key = f"news_{uuid4().hex[:8]}"
    place = f"/notifications/templates/{key}/email/de"
    for greeting in ("Guten Tag", "Hallo"):
        words = {"subject": greeting, "body": f"{greeting} {{{{ name }}}}"}
        shop.admin.call("PUT", place, {**words, "sample": {"name": "Ada"}}).expect(200)

    shown = shop.admin.post(f"{place}/preview", {"data": {"name": "Eve"}}).expect(200)
    revisions = shop.admin.get(f"{place}/revisions").expect(200)["data"]
    shop.admin.call("DELETE", place).expect(204)

    assert shown["body"] == "Hallo Eve"
    assert [(one["revision"], one["subject"]) for one in revisions] == [
        (2, "Hallo"),
        (1, "Guten Tag"),
    ]
    assert shop.admin.get(place).status == 404


def test_row_071_mail_texts_and_pushes_go_through_sendgrid_twilio_and_fcm(twilio, fcm, tmp_path):
    with sendgrid_server() as sendgrid:
        settings = NotificationsSettings(
            sendgrid_key=sendgrid.key,
            sendgrid_url=sendgrid.url,
            twilio_account=twilio.account,
            twilio_token=twilio.token,
            twilio_sender="+15005550006",
            twilio_url=twilio.url,
            fcm_credentials=fcm.write_credentials(tmp_path / "key.json"),
            fcm_url=fcm.url,
        )
        ports = build(settings)
        places = {"email": "ada@example.org", "sms": NUMBER, "push": f"device-{uuid4().hex}"}
        outcomes = {name: ports[name].deliver(_dispatch(name, places[name])) for name in places}

    assert {name: (one.verdict, one.provider) for name, one in outcomes.items()} == {
        "email": ("delivered", "sendgrid"),
        "sms": ("delivered", "twilio"),
        "push": ("delivered", "fcm"),
    }
    assert all(one.reference for one in outcomes.values())


def _dispatch(channel: str, address: str) -> Dispatch:
    words = ("Hello", "There", None, "", clock.now())
    return Dispatch(ids.uuid7(), 1, channel, address, *words)
