"""Batches over HTTP: what is taken, what is reported, and whose it is."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs import clock
from libs.http.fields import rfc3339
from libs.ids import from_text, to_text, uuid7
from libs.testing.crowd import at_once
from services.events.schemas import MAX_EVENTS, MAX_QUERY
from services.events.tests.conftest import BATCHES, DAYS
from services.events.tests.visitor import PRODUCT, Visitor, search, stored, view


def test_each_kind_of_behaviour_is_taken(guest):
    price = {"amount": 1999, "currency": "EUR"}
    variant = to_text("var", uuid7())

    answer = guest.reports(
        view(variant_id=variant),
        view(type="click"),
        view(type="add_to_cart", quantity=2, price=price),
        search(results=3),
        view(type="purchase", price=price),
    )

    assert answer.status_code == 202
    assert answer.json == {"accepted": 5, "repeated": 0, "rejected": []}
    kept = stored("kind, quantity, amount_minor, currency, query, results")
    assert set(kept) == {
        ("view", None, None, None, None, None),
        ("click", None, None, None, None, None),
        ("add_to_cart", 2, 1999, "EUR", None, None),
        ("search", None, None, None, "red mug", 3),
        ("purchase", 1, 1999, "EUR", None, None),
    }


def test_a_bad_event_is_reported_by_its_index_and_the_good_ones_are_taken(guest):
    first, last = view(), search()

    answer = guest.reports(first, view(product_id="prd_1"), "no event", search(query=" "), last)

    assert answer.status_code == 202
    assert answer.json["accepted"] == 2
    assert [
        (bad["index"], [fault["pointer"] for fault in bad["errors"]])
        for bad in answer.json["rejected"]
    ] == [(1, ["/product_id"]), (2, [""]), (3, ["/query"])]
    assert {row[0] for row in stored()} == {UUID(first["id"]), UUID(last["id"])}


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        (view(type="stare"), "/type"),
        (view(type=["view"]), "/type"),
        (view(id="1"), "/id"),
        (view(id=str(uuid4()).upper()), "/id"),
        (view(at="yesterday"), "/at"),
        (view(at="2026-01-01T00:00:00"), "/at"),
        (view(at=rfc3339(clock.now() + timedelta(days=1))), "/at"),
        (view(at=rfc3339(clock.now() - timedelta(days=DAYS + 1))), "/at"),
        (view(at="0001-01-01T00:00:00+23:00"), "/at"),
        (view(session_id="a b"), "/session_id"),
        (view(session_id="x" * 65), "/session_id"),
        (view(user_id=to_text("usr", uuid7())), "/user_id"),
        (view(query="mug"), "/query"),
        (view(type="add_to_cart", quantity=0), "/quantity"),
        (view(type="add_to_cart", quantity=True), "/quantity"),
        (view(type="purchase", price={"amount": -1, "currency": "EUR"}), "/price/amount"),
        (view(type="purchase", order_id=to_text("ord", uuid4())), "/order_id"),
        (view(type="purchase", order_id=to_text("ord", UUID(int=2**128 - 1))), "/order_id"),
        (search(query="x" * (MAX_QUERY + 1)), "/query"),
        (search(product_id=PRODUCT), "/product_id"),
        (search(results=-1), "/results"),
    ],
)
def test_what_breaks_a_rule_is_not_kept(guest, event, pointer):
    answer = guest.reports(event)

    assert (answer.status_code, answer.json["accepted"]) == (202, 0)
    (bad,) = answer.json["rejected"]
    assert [fault["pointer"] for fault in bad["errors"]] == [pointer]
    assert stored() == []


@pytest.mark.parametrize(
    "body",
    [
        {"events": [view()]},
        {"consent": "yes", "events": [view()]},
        {"consent": True, "events": []},
        {"consent": True, "events": [view()] * (MAX_EVENTS + 1)},
        {"consent": True, "events": {"0": view()}},
        {"consent": True, "events": [view()], "user_id": to_text("usr", uuid7())},
    ],
)
def test_a_batch_that_is_none_is_refused_as_a_whole(client, body):
    answer = client.post("/api/v1/events", json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")


def test_a_body_beyond_a_megabyte_is_refused(client):
    answer = client.post(
        "/api/v1/events", data=b" " * (1024 * 1024 + 1), content_type="application/json"
    )

    assert answer.status_code == 413


def test_an_event_that_comes_again_counts_once(guest):
    event, other = view(), view()
    guest.reports(event)

    answer = guest.reports(other, event, other)

    assert answer.json == {"accepted": 1, "repeated": 2, "rejected": []}
    assert len(stored()) == 2


def test_the_same_batch_from_many_at_once_is_stored_once(app, client):
    batch = [view() for _ in range(20)]
    turned = batch[::-1]

    def report(events: list[Any]) -> int:
        accepted: int = Visitor(app.test_client()).reports(*events).json["accepted"]
        return accepted

    answers = at_once(app, [partial(report, own) for own in (batch, turned) * 5])

    assert [answer for answer in answers if answer != 0] == [20]
    assert len(stored()) == 20


def test_with_consent_the_signed_in_caller_and_the_visit_are_kept(ada):
    ada.reports(view(session_id="visit-1"))

    assert stored("user_id, session_id") == [(ada.user_id, "visit-1")]


def test_with_consent_a_guest_is_known_by_the_visit_alone(guest):
    guest.reports(view(session_id="visit-1"))

    assert stored("user_id, session_id") == [(None, "visit-1")]


def test_without_consent_nothing_tells_whose_an_event_was(ada):
    order = uuid7()

    ada.reports(
        view(session_id="visit-1"),
        view(type="purchase", order_id=to_text("ord", order)),
        consent=False,
    )

    kept = stored("user_id, session_id, product_id, id")
    assert {row[:3] for row in kept} == {(None, None, from_text("prd", PRODUCT))}
    assert order not in {row[3] for row in kept}


def test_a_caller_sends_so_many_batches_in_a_minute(ada):
    answers = [ada.reports(view()).status_code for _ in range(BATCHES + 1)]

    assert answers[:BATCHES] == [202] * BATCHES
    assert answers[BATCHES] == 429
    assert len(stored()) == BATCHES


def test_a_token_that_is_not_in_order_is_refused(client):
    answer = client.post(
        "/api/v1/events",
        json={"consent": True, "events": [view()]},
        headers={"Authorization": "Bearer x"},
    )

    assert answer.status_code == 401
    assert stored() == []
