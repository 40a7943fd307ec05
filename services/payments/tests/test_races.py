"""Many at once: what one of them achieves, the others find done."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from libs import clock
from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.webhook_signature import Secret, sign
from services.payments.extension import providers
from services.payments.resolver import resolve_due
from services.payments.tests.money import OLD_SECRET, pass_time
from services.payments.tests.participant import Leader

THREADS = 8


@pytest.fixture
def app(service_app: ServiceApp, provider):
    """A service whose database has a connection for each of many."""
    made = service_app(
        "payments",
        ARGOSY_PAYMENTS_SIMULATOR_URL=provider.url,
        ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS=OLD_SECRET,
        **ROOMY,
    )
    with made.app_context():
        yield made


def test_refunds_at_once_never_give_back_more_than_was_taken(app, saga, books):
    saga.authorize()
    saga.capture()
    rivals = [Leader(app, order_id=saga.order_id) for _ in range(THREADS)]

    with ThreadPoolExecutor(THREADS) as threads:
        replies = list(threads.map(lambda rival: rival.refund(500), rivals))

    outcomes = [reply.outcome for reply in replies]
    assert (outcomes.count("done"), outcomes.count("rejected")) == (3, THREADS - 3)
    assert books.payment(saga.order_id).refunded == 1500
    assert books.journal_types(saga.order_id).count("refunded") == 3


def test_payments_of_one_order_at_once_open_one(app, saga, books):
    rivals = [Leader(app, order_id=saga.order_id) for _ in range(THREADS)]

    with ThreadPoolExecutor(THREADS) as threads:
        replies = list(threads.map(lambda rival: rival.authorize(), rivals))

    assert sorted(reply.outcome for reply in replies).count("done") == 1
    assert books.journal_types(saga.order_id) == ["authorized"]


def test_an_answer_its_webhook_and_the_resolver_count_one_capture(app, provider, books, caplog):
    sagas = [Leader(app) for _ in range(6)]
    opened = []
    for saga in sagas:
        saga.authorize()
        calls, _ = saga.begin(*saga.capturing())
        calls[0].work.call()
        opened.append((saga, calls))
    pass_time()
    webhooks = [books.journal(saga.order_id)[-1] for saga in sagas]

    with ThreadPoolExecutor(THREADS) as threads:
        work = [threads.submit(_resolve, app) for _ in range(4)]
        work += [threads.submit(saga.finish, calls) for saga, calls in opened]
        work += [threads.submit(_post, app, event) for event in webhooks for _ in range(2)]
        for one in work:
            one.result()

    assert caplog.messages == []
    for saga in sagas:
        reply = saga.answer("capture_payment")
        assert reply
        assert reply.outcome == "done"
        assert books.balance(saga.order_id) == {"provider": 1999, "sales": -1999}


def _resolve(app):
    with app.app_context():
        resolve_due(providers())


def _post(app, event):
    body = msgspec.json.encode(event)
    headers = sign(Secret.parse(OLD_SECRET), event.id, clock.now(), body)
    path = "/api/v1/payments/webhooks/simulator"
    assert app.test_client().post(path, data=body, headers=headers).status_code == 200
