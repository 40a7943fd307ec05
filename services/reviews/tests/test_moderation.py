"""What moderators decide, what everybody may report, and the trail of both."""

from typing import Any

import pytest

from libs.ids import to_text, uuid7
from services.reviews.tests.people import Caller, address, announced

MUG = uuid7()
SPAM = {"reason": "It sells something else."}


@pytest.fixture
def buyer(people):
    return people.buyer(MUG)


@pytest.fixture
def shown(buyer, moderator):
    """An approved review."""
    return moderator.decides(buyer.writes(MUG)).json


def trail(moderator: Caller, review: Any) -> list[tuple[str, int]]:
    entries = moderator.get(f"/reviews/{review['id']}/trail")["data"]
    return [(entry["action"], entry["version"]) for entry in reversed(entries)]


def test_an_approved_review_is_shown_to_everybody_and_counted(shown, anybody):
    assert anybody.get(f"/reviews/{shown['id']}")["state"] == "approved"
    assert [review["id"] for review in anybody.get(f"{address(MUG)}/reviews")["data"]] == [
        shown["id"]
    ]
    assert announced() == [(1, 1, 5)]


def test_a_rejected_review_is_neither_shown_nor_counted_any_more(shown, moderator, anybody):
    moderator.decides(shown, "reject")

    assert anybody.get(f"{address(MUG)}/reviews")["data"] == []
    assert announced() == [(1, 1, 5), (2, 0, 0)]


@pytest.mark.parametrize(("decision", "facts"), [("approve", [(1, 1, 5)]), ("reject", [])])
def test_the_same_decision_twice_is_the_same_as_once(buyer, moderator, decision, facts):
    once = moderator.decides(buyer.writes(MUG), decision).json

    twice = moderator.decides(once, decision).json

    assert twice == once
    assert announced() == facts


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_text_edited_meanwhile_is_not_decided_unread(buyer, moderator, decision):
    seen = buyer.writes(MUG)
    buyer.call("PATCH", f"/reviews/{seen['id']}", {"text": "Buy at my shop."})

    answer = moderator.decides(seen, decision)

    assert answer.status_code == 412
    assert announced() == []


def test_a_decision_says_which_version_it_is_about(buyer, moderator):
    review = buyer.writes(MUG)

    answer = moderator.call("POST", f"/reviews/{review['id']}/approve")

    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")


@pytest.mark.parametrize("path", ["/reviews", "/reviews/{id}/trail"])
def test_customers_do_not_see_what_moderators_see(buyer, shown, path):
    assert buyer.call("GET", path.format(**shown)).status_code == 403


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_customers_do_not_decide(buyer, decision):
    assert buyer.decides(buyer.writes(MUG), decision).status_code == 403


def test_moderators_list_reviews_by_state_and_product_the_oldest_first(people, moderator):
    other = uuid7()
    first, second = people.buyer(MUG).writes(MUG), people.buyer(MUG).writes(MUG)
    third = people.buyer(other).writes(other)
    moderator.decides(second, "reject")

    def listed(query: str) -> list[str]:
        return [review["id"] for review in moderator.get(f"/reviews?{query}")["data"]]

    assert listed("") == [first["id"], second["id"], third["id"]]
    assert listed("state=pending") == [first["id"], third["id"]]
    assert listed(f"state=rejected&product_id={to_text('prd', MUG)}") == [second["id"]]


def test_a_reported_review_stays_shown_and_waits_for_a_moderator(ada, shown, moderator, anybody):
    answer = ada.call("POST", f"/reviews/{shown['id']}/flag", SPAM)

    [reported] = moderator.get("/reviews?state=flagged")["data"]
    assert answer.status_code == 204
    assert (reported["id"], reported["flags"]) == (shown["id"], 1)
    assert anybody.call("GET", f"/reviews/{shown['id']}").status_code == 200


def test_a_person_reports_a_review_once(ada, shown, moderator):
    for _ in range(2):
        ada.call("POST", f"/reviews/{shown['id']}/flag", SPAM)

    assert moderator.get("/reviews")["data"][0]["flags"] == 1
    assert trail(moderator, shown) == [("written", 1), ("approved", 2), ("flagged", 2)]


def test_a_decision_answers_all_reports(ada, shown, moderator):
    ada.call("POST", f"/reviews/{shown['id']}/flag", SPAM)

    kept = moderator.decides(shown).json

    assert (kept["state"], kept["flags"]) == ("approved", 0)
    assert moderator.get("/reviews?state=flagged")["data"] == []
    assert announced() == [(1, 1, 5)]


def test_nobody_reports_their_own_review(buyer, shown):
    answer = buyer.call("POST", f"/reviews/{shown['id']}/flag", SPAM)

    assert (answer.status_code, answer.json["code"]) == (409, "reviews.own_review")


def test_a_customer_cannot_report_what_is_not_shown_to_them(buyer, ada, moderator):
    hidden = buyer.writes(MUG)

    path = f"/reviews/{hidden['id']}/flag"

    assert ada.call("POST", path, SPAM).status_code == 404
    assert moderator.call("POST", path, SPAM).status_code == 204


def test_the_trail_says_who_did_what_and_why_and_outlives_the_review(buyer, shown, moderator):
    moderator.decides(shown, "reject")
    buyer.call("DELETE", f"/reviews/{shown['id']}")

    deleted, rejected, *_ = moderator.get(f"/reviews/{shown['id']}/trail")["data"]

    assert (deleted["action"], deleted["actor"]) == ("deleted", to_text("usr", buyer.user_id))
    assert (rejected["action"], rejected["reason"]) == ("rejected", "Not about the product.")
    assert rejected["actor"] == to_text("usr", moderator.user_id)
