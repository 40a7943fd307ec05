"""Webhooks: only the provider is heard, each event counts once, and not everything is believed."""

from datetime import timedelta

import msgspec
import pytest

from libs import clock
from libs.db.transaction import reading
from libs.testing.payment_simulator.events import Event
from libs.webhook_signature import Secret, sign
from services.payments import queries
from services.payments.tests.money import NEW_SECRET, OLD_SECRET, pass_time, resolve

PATH = "/api/v1/payments/webhooks/simulator"


def post(client, event: Event, *, secret=OLD_SECRET, age=0, body=None, **headers):
    """Post the event as the provider would, or a little differently."""
    content = msgspec.json.encode(event)
    at = clock.now() - timedelta(seconds=age)
    signed = sign(Secret.parse(secret), event.id, at, content) | headers
    return client.post(PATH, data=content if body is None else body, headers=signed)


def oldest_held() -> float:
    with reading() as session:
        return queries.oldest_held(session)


def asked(saga, provider, books) -> Event:
    """The buyer has completed what the shop still waits for: the event that says so."""
    saga.authorize("tok_requires_action")
    intent = books.payment(saga.order_id).intent_ref
    provider.call("POST", f"/intents/{intent}/complete")
    event: Event = books.journal(saga.order_id)[-1]
    return event


@pytest.mark.parametrize("secret", [OLD_SECRET, NEW_SECRET])
def test_the_buyers_action_settles_the_step(client, saga, provider, books, secret):
    event = asked(saga, provider, books)

    response = post(client, event, secret=secret)

    assert response.status_code == 200
    assert saga.answer("authorize_payment").outcome == "done"
    assert books.payment(saga.order_id).state == "authorized"


def test_a_refused_action_rejects_the_step(client, saga, provider, books):
    saga.authorize("tok_requires_action")
    intent = books.payment(saga.order_id).intent_ref
    provider.call("POST", f"/intents/{intent}/refuse")

    post(client, books.journal(saga.order_id)[-1])

    assert saga.answer("authorize_payment").code == "payments.declined"


def test_a_webhook_ends_a_doubt(client, saga, books):
    saga.authorize("tok_timeout_after_charge")

    post(client, books.journal(saga.order_id)[-1])

    assert saga.answer("authorize_payment").outcome == "done"


def test_a_webhook_that_overtakes_the_answer_counts_once(client, saga, books, caplog):
    saga.authorize()
    opened, _ = saga.begin(*saga.capturing())
    outcome = opened[0].work.call()
    post(client, books.journal(saga.order_id)[-1])
    replies = saga.finish(opened)

    assert outcome.outcome == "captured"
    assert (replies, caplog.messages) == ([], [])
    assert saga.answer("capture_payment").outcome == "done"
    assert books.balance(saga.order_id) == {"provider": 1999, "sales": -1999}


def test_a_replayed_event_has_no_effect(client, saga, provider, books):
    event = asked(saga, provider, books)
    post(client, event)
    before = books.payment(saga.order_id).version

    again = post(client, event)

    assert again.status_code == 200
    assert books.payment(saga.order_id).version == before
    assert [known.event_id for known in books.events()].count(event.id) == 1


@pytest.mark.parametrize(
    "forgery",
    [
        {"secret": "whsec_" + "Zm9y" * 8},
        {"age": 301},
        {"age": -301},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-id": "evt_other"},
        {"body": b"{}"},
    ],
)
def test_a_forged_stale_or_future_message_leaves_no_row(client, saga, provider, books, forgery):
    event = asked(saga, provider, books)
    known = len(books.events())

    response = post(client, event, **forgery)

    assert response.status_code == 400
    assert response.json["code"] == "payments.webhook_refused"
    assert len(books.events()) == known
    assert books.payment(saga.order_id).state == "requires_action"


def test_a_re_serialised_body_is_refused(client, saga, provider, books):
    event = asked(saga, provider, books)
    spaced = msgspec.json.format(msgspec.json.encode(event), indent=2)

    assert post(client, event, body=spaced).status_code == 400


def test_an_unsigned_message_is_refused(client, saga, provider, books):
    event = asked(saga, provider, books)

    assert client.post(PATH, data=msgspec.json.encode(event)).status_code == 400


def test_without_a_secret_nobody_is_believed(service_app, provider):
    app = service_app("payments", ARGOSY_PAYMENTS_SIMULATOR_URL=provider.url)

    response = app.test_client().post(PATH, data=b"{}", headers={"webhook-signature": "v1,"})

    assert response.status_code == 400


def test_a_message_of_an_unknown_provider_is_not_found(client):
    response = client.post("/api/v1/payments/webhooks/bank", data=b"{}")

    assert (response.status_code, response.json["code"]) == (404, "payments.unknown_webhook")


def test_a_message_above_the_limit_is_refused(client):
    assert client.post(PATH, data=b"x" * 262_145).status_code == 413


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1},
        {"amount": 199_900},
        {"intent": {"currency": "USD"}},
        {"intent": {"reference": "01890a5d-ac96-7000-8000-000000000001"}},
        {"intent": {"id": "int_other"}},
        {"type": "intent.captured"},
        {"key": "unknown"},
    ],
)
def test_a_genuine_event_about_other_money_is_quarantined(client, saga, provider, books, change):
    event = asked(saga, provider, books)
    intent = msgspec.structs.replace(event.intent, **change.pop("intent", {}))
    other = msgspec.structs.replace(event, intent=intent, **change)

    response = post(client, other)

    assert response.status_code == 200
    assert [known.verdict for known in books.events()][-1] == "quarantined"
    assert books.payment(saga.order_id).state == "requires_action"
    assert saga.answer("authorize_payment").outcome == "waiting"


def test_words_that_do_not_fit_a_row_are_refused(client, saga, provider, books):
    event = asked(saga, provider, books)
    intent = msgspec.structs.replace(event.intent, decline_code="\x00")

    response = post(client, msgspec.structs.replace(event, intent=intent))

    assert response.status_code == 400


def refunded_at_the_bank(saga, provider, books, amount: int) -> Event:
    """Somebody gave money back in the provider's own pages."""
    intent = books.payment(saga.order_id).intent_ref
    body = {"amount": amount}
    provider.call("POST", f"/intents/{intent}/refund", body, key=f"bank-{intent}-{amount}")
    event: Event = books.journal(saga.order_id)[-1]
    return event


def test_a_refund_made_at_the_provider_is_counted(client, saga, provider, books):
    saga.authorize()
    saga.capture()

    post(client, refunded_at_the_bank(saga, provider, books, 500))

    assert books.payment(saga.order_id).refunded == 500
    assert books.balance(saga.order_id) == {"provider": 1499, "sales": -1499}


def test_a_refund_that_arrives_before_its_capture_is_held_and_then_applied(
    client, saga, provider, books
):
    saga.authorize()
    provider.fail("capture", "error_after")
    saga.capture()
    refund = refunded_at_the_bank(saga, provider, books, 500)

    post(client, refund)
    held, age = books.payment(saga.order_id).refunded, oldest_held()
    post(client, books.journal(saga.order_id)[1])

    payment = books.payment(saga.order_id)
    assert held == 0
    assert age > 0
    assert oldest_held() == 0
    assert (payment.captured, payment.refunded) == (1999, 500)
    assert books.balance(saga.order_id) == {"provider": 1499, "sales": -1499}


def test_a_held_refund_is_applied_once(client, saga, provider, books):
    saga.authorize()
    provider.fail("capture", "error_after")
    saga.capture()
    refund = refunded_at_the_bank(saga, provider, books, 500)

    for event in (refund, books.journal(saga.order_id)[1], refund):
        post(client, event)
        resolve()

    assert books.payment(saga.order_id).refunded == 500


def test_a_refund_above_what_was_captured_is_held_for_ever(client, saga, provider, books):
    saga.authorize()
    saga.capture()
    event = refunded_at_the_bank(saga, provider, books, 500)

    post(client, msgspec.structs.replace(event, amount=2000))

    assert books.payment(saga.order_id).refunded == 0
    assert books.events()[-1].verdict == "held"


def test_a_late_authorization_by_webhook_is_voided_again(client, saga, books):
    opened, _ = saga.begin(*saga.authorization())
    saga.void()
    pass_time()
    undone = saga.void()
    opened[0].work.call()

    post(client, books.journal(saga.order_id)[-1])
    late = books.payment(saga.order_id).state
    resolve()

    assert undone.outcome == "undone"
    assert late == "voiding"
    assert books.payment(saga.order_id).state == "voided"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]
