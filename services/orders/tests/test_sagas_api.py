"""Operators look at sagas and help them along."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.ids import from_text, to_text, uuid7
from services.orders.tests.shop import uuid_of

_ROWS = text(
    "SELECT to_jsonb(saga)::text FROM saga UNION ALL SELECT to_jsonb(e)::text FROM saga_event e"
)
_AGE = text("UPDATE saga SET created_at = created_at - :age WHERE id = :id")


@pytest.fixture
def operate(app, issuer):
    """Call the operators' side as an administrator, unless other headers are given."""
    admin = issuer.admin()

    def call(method: str, path: str = "", headers: Any = None, **json: Any) -> Any:
        return app.test_client().open(
            f"/api/v1/sagas{path}", method=method, json=json or None, headers=headers or admin
        )

    return call


def saga_of(order: Any) -> str:
    """The identifier of the order's saga, as operators name it."""
    return to_text("sag", uuid_of(order))


def rows() -> list[str]:
    """All that is stored of sagas."""
    with reading() as session:
        return sorted(session.scalars(_ROWS))


def stuck(shop: Any, buyer: Any) -> Any:
    """An order that was paid, but whose stock cannot be taken."""
    order = buyer.orders("MUG")
    for step in ("reserve_stock", "authorize_payment", "capture_payment"):
        shop.answers(uuid_of(order), step)
    shop.answers(uuid_of(order), "commit_stock", "rejected", code="inventory.lost", detail="gone")
    return order


def listed(operate: Any, query: str) -> list[str]:
    """The sagas that a query finds."""
    return [saga["id"] for saga in operate("GET", f"?{query}").json["data"]]


def test_sagas_are_listed_oldest_first_and_page_by_page(shop, guest, operate):
    sagas = [saga_of(guest.orders("MUG")) for _ in range(3)]

    first = listed(operate, "limit=2")
    rest = listed(operate, f"limit=2&after={first[-1]}")

    assert (first, rest) == (sagas[:2], sagas[2:])


def test_sagas_are_filtered_by_state(shop, guest, operate):
    running, parked = saga_of(guest.orders("MUG")), saga_of(stuck(shop, guest))

    assert listed(operate, "state=running") == [running]
    assert listed(operate, "state=needs_attention") == [parked]


def test_sagas_are_filtered_by_the_step_they_wait_for(shop, guest, operate):
    first, second = guest.orders("MUG"), guest.orders("MUG")
    shop.answers(uuid_of(second), "reserve_stock")

    assert listed(operate, "step=reserve_stock") == [saga_of(first)]
    assert listed(operate, "step=authorize_payment") == [saga_of(second)]
    assert listed(operate, "step=nonsense") == []


def test_sagas_are_filtered_by_type(shop, guest, operate):
    order = guest.buys("MUG")
    returned = guest.returns(order, [1]).json

    assert listed(operate, "type=orders.place_order") == [saga_of(order)]
    assert listed(operate, "type=orders.return_order") == [
        to_text("sag", from_text("ret", returned["id"]))
    ]


def test_sagas_are_filtered_by_age_in_seconds(shop, guest, operate):
    old, _young = guest.orders("MUG"), guest.orders("MUG")
    with transaction() as session:
        session.execute(_AGE, {"age": timedelta(hours=1), "id": uuid_of(old)})

    assert listed(operate, "older_than=3000") == [saga_of(old)]


@pytest.mark.parametrize("query", ["state=lost", "older_than=-1", "after=ord_1", "limit=0", "x=1"])
def test_a_wrong_filter_is_refused(operate, query):
    assert operate("GET", f"?{query}").status_code == 422


def test_a_saga_is_shown_with_everything_that_happened(shop, guest, operate):
    order = stuck(shop, guest)

    found = operate("GET", f"/{saga_of(order)}").json

    assert (found["saga"]["status"], found["saga"]["code"]) == ("needs_attention", "inventory.lost")
    assert found["saga"]["steps"]["commit_stock"]["status"] == "sent"
    assert [event["step"] for event in found["events"]][-2:] == ["close_cart", "commit_stock"]
    assert "tok_visa" not in str(found)


def test_an_unknown_saga_is_not_found(operate):
    path = f"/{to_text('sag', uuid7())}"

    answers = [operate("GET", path), operate("POST", f"{path}/abort", reason="x")]

    assert [(one.status_code, one.json["code"]) for one in answers] == [(404, "saga.not_found")] * 2


@pytest.mark.parametrize("act", ["retry", "skip"])
def test_a_stuck_saga_goes_on_and_its_history_names_who_helped(shop, guest, operate, issuer, act):
    order, operator = stuck(shop, guest), uuid7()
    headers = issuer.user(operator, ("admin",))

    path, reason = f"/{saga_of(order)}/{act}", "counted by hand"
    answer = operate("POST", path, headers, step="commit_stock", reason=reason)

    assert (answer.status_code, answer.json["dry_run"]) == (200, False)
    last = operate("GET", f"/{saga_of(order)}").json["events"][-1]
    assert (last["actor"], last["detail"], last["step"]) == (str(operator), reason, "commit_stock")
    assert shop.finishes(uuid_of(order)) == "done"


def test_a_buyer_does_not_read_what_an_operator_noted(shop, guest, admin, operate):
    order = stuck(shop, guest)
    operate("POST", f"/{saga_of(order)}/skip", step="commit_stock", reason="a secret note")

    timelines = [who.call("GET", f"/{order['id']}/timeline").json for who in (guest, admin)]

    assert ["a secret note" in str(timeline) for timeline in timelines] == [False, True]
    assert timelines[0]["data"][-1]["event"] == "skipped"


def test_an_aborted_saga_gives_everything_back(shop, guest, operate):
    order = guest.orders("MUG")
    shop.answers(uuid_of(order), "reserve_stock")

    answer = operate("POST", f"/{saga_of(order)}/abort", reason="a test order")

    assert (answer.status_code, answer.json["status"]) == (200, "aborting")
    assert answer.json["sends"] == ["authorize_payment.undo"]
    assert shop.finishes(uuid_of(order)) == "compensated"
    ended = guest.call("GET", f"/{order['id']}").json
    assert (ended["status"], ended["cancellation"]["code"]) == ("cancelled", "orders.aborted")


def test_why_an_operator_aborted_is_kept_for_operators(shop, guest, operate):
    order = guest.orders("MUG")

    operate("POST", f"/{saga_of(order)}/abort", reason="a secret note")
    shop.finishes(uuid_of(order))

    pages = [f"/{order['id']}{page}" for page in ("", "/timeline", "/events")]
    assert not any("a secret note" in guest.call("GET", page).text for page in pages)
    assert "a secret note" in str(operate("GET", f"/{saga_of(order)}").json["events"])


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("retry", {"step": "commit_stock"}),
        ("retry", {"step": "commit_stock", "body": {"order_id": str(uuid7())}}),
        ("skip", {"step": "commit_stock", "output": {"by": "hand"}}),
    ],
)
def test_a_dry_run_tells_what_would_happen_and_changes_nothing(shop, guest, operate, act, body):
    order = stuck(shop, guest)
    path, before = f"/{saga_of(order)}/{act}", rows()

    previewed = operate("POST", path, reason="x", dry_run=True, **body)
    after = rows()
    done = operate("POST", path, reason="x", **body)

    assert previewed.status_code == 200
    assert after == before
    assert done.json == previewed.json | {"dry_run": False}


def test_a_dry_run_of_an_abort_changes_nothing(shop, guest, operate):
    order = guest.orders("MUG")
    before = rows()

    answer = operate("POST", f"/{saga_of(order)}/abort", reason="x", dry_run=True)

    assert (answer.json["status"], answer.json["sends"]) == ("aborting", ["reserve_stock.undo"])
    assert rows() == before
    assert shop.finishes(uuid_of(order)) == "done"


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("abort", {}),
        ("skip", {"step": "reserve_stock"}),
        ("skip", {"step": "nonsense"}),
        ("retry", {"step": "capture_payment"}),
    ],
)
def test_what_a_saga_is_past_is_forbidden(shop, guest, operate, act, body, dry_run):
    order = stuck(shop, guest)
    before = rows()

    answer = operate("POST", f"/{saga_of(order)}/{act}", reason="x", dry_run=dry_run, **body)

    assert (answer.status_code, answer.json["code"]) == (409, "saga.forbidden")
    assert rows() == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_step_is_not_asked_what_it_cannot_read(shop, guest, operate, dry_run):
    order = stuck(shop, guest)
    before = rows()

    answer = operate(
        "POST",
        f"/{saga_of(order)}/retry",
        step="commit_stock",
        body={"order_id": 7},
        reason="x",
        dry_run=dry_run,
    )

    assert (answer.status_code, answer.json["code"]) == (422, "saga.unreadable_body")
    assert rows() == before


@pytest.mark.parametrize(
    "body",
    [
        {"step": "commit_stock"},
        {"step": "commit_stock", "reason": ""},
        {"step": "commit_stock", "reason": "x", "dry_run": 1},
        {"step": "commit_stock", "reason": "x", "dry_run": "true"},
        {"step": 7, "reason": "x"},
        {"reason": "x"},
        {"step": "commit_stock", "reason": "x", "body": []},
        {"step": "commit_stock", "reason": "x", "force": True},
    ],
)
def test_a_wrong_request_is_refused(operate, body):
    answer = operate("POST", f"/{to_text('sag', uuid7())}/retry", **body)

    assert answer.status_code == 422


@pytest.mark.parametrize("roles", [("customer",), ("support",)])
def test_sagas_are_for_administrators(shop, guest, operate, issuer, roles):
    path = f"/{saga_of(guest.orders('MUG'))}"
    headers = issuer.user(uuid7(), roles)

    answers = [
        operate("GET", "", headers),
        operate("GET", path, headers),
        *(
            operate("POST", f"{path}/{act}", headers, reason="x")
            for act in ("retry", "skip", "abort")
        ),
    ]

    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize("query", ["step=%00", "type=%00", "after=%00"])
def test_a_null_character_in_a_filter_is_refused(operate, query):
    assert operate("GET", f"?{query}").status_code in {400, 422}
