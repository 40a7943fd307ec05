"""What administrators see of payments."""

import pytest

from libs.ids import to_text, uuid7
from services.payments.tests.participant import Leader

PATH = "/api/v1/payments"


def test_a_payment_is_shown_with_its_events_and_its_ledger(client, admin, saga, books):
    saga.authorize()
    saga.capture()
    saga.refund(500)
    payment_id = to_text("pay", books.payment(saga.order_id).id)

    response = client.get(f"{PATH}/{payment_id}", headers=admin)

    shown = response.json
    assert response.status_code == 200
    assert shown["id"] == payment_id
    assert shown["order_id"] == to_text("ord", saga.order_id)
    assert shown["status"] == "partially_refunded"
    assert shown["captured"] == {"amount": 1999, "currency": "EUR", "decimal": "19.99"}
    assert [event["outcome"] for event in shown["events"]] == ["authorized", "captured", "refunded"]
    assert [entry["amount"]["amount"] for entry in shown["ledger"]] == [1999, -1999, -500, 500]
    assert "raw" not in shown["events"][0]


def test_payments_are_listed_newest_first_and_by_order(client, admin, app):
    sagas = [Leader(app) for _ in range(3)]
    for saga in sagas:
        saga.authorize()

    everything = client.get(f"{PATH}?limit=2", headers=admin).json
    of_one = client.get(f"{PATH}?order_id={to_text('ord', sagas[0].order_id)}", headers=admin).json

    newest = [to_text("ord", saga.order_id) for saga in (sagas[2], sagas[1])]
    assert [payment["order_id"] for payment in everything["data"]] == newest
    assert everything["page"]["has_more"] is True
    assert [payment["order_id"] for payment in of_one["data"]] == [
        to_text("ord", sagas[0].order_id)
    ]


def test_an_unknown_payment_is_not_found(client, admin):
    response = client.get(f"{PATH}/{to_text('pay', uuid7())}", headers=admin)

    assert (response.status_code, response.json["code"]) == (404, "payments.payment_not_found")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/{to_text('pay', uuid7())}"])
def test_customers_see_nothing_of_payments(client, issuer, path):
    assert client.get(path, headers=issuer.user(uuid7())).status_code == 403
    assert client.get(path).status_code == 401
