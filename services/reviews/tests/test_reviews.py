"""What customers do with their reviews, and who may read them."""

from typing import Any

import pytest

from libs.ids import to_text, uuid7
from services.reviews.tests.people import FINE, address, announced

MUG = uuid7()
REVIEWS = f"{address(MUG)}/reviews"


@pytest.fixture
def buyer(people):
    return people.buyer(MUG)


def texts(page: Any) -> list[str]:
    return [review["text"] for review in page["data"]]


def test_a_new_review_is_seen_by_its_author_and_waits_for_a_moderator(buyer, anybody):
    review = buyer.writes(MUG)

    assert (review["state"], review["stars"], review["text"]) == ("pending", 5, "A fine mug.")
    assert buyer.get(f"/reviews/{review['id']}") == review
    assert anybody.call("GET", f"/reviews/{review['id']}").status_code == 404
    assert texts(anybody.get(REVIEWS)) == []


def test_a_customer_reviews_a_product_once(buyer):
    buyer.writes(MUG)

    answer = buyer.call("POST", REVIEWS, FINE | {"stars": 1})

    assert (answer.status_code, answer.json["code"]) == (409, "reviews.already_reviewed")


def test_the_same_request_twice_is_one_review(buyer):
    first, second = (buyer.call("POST", REVIEWS, FINE, Idempotency_Key="once") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert first.headers["Location"] == f"/api/v1/reviews/{first.json['id']}"


@pytest.mark.parametrize(
    "changes",
    [
        {"stars": 0},
        {"stars": 6},
        {"stars": 4.5},
        {"stars": "5"},
        {"text": ""},
        {"text": " <b></b> "},
        {"text": "x" * 5001},
        {"state": "approved"},
    ],
)
def test_what_is_no_review_is_refused(buyer, changes):
    answer = buyer.call("POST", REVIEWS, FINE | changes)

    assert answer.status_code == 422


def test_markup_is_never_stored(buyer):
    review = buyer.writes(MUG, text="Fine <img src=x onerror=alert(1)><b>mug</b>")

    assert review["text"] == "Fine mug"


def test_nobody_without_a_token_writes(anybody):
    assert anybody.call("POST", REVIEWS, FINE).status_code == 401


def test_an_edited_review_is_hidden_and_not_counted_until_it_is_approved_again(
    buyer, moderator, anybody
):
    review = moderator.decides(buyer.writes(MUG)).json

    edited = buyer.call("PATCH", f"/reviews/{review['id']}", {"stars": 2}).json

    assert (edited["state"], edited["stars"], edited["text"]) == ("pending", 2, FINE["text"])
    assert anybody.get(f"{address(MUG)}/rating")["count"] == 0
    assert moderator.decides(edited).status_code == 200
    assert announced() == [(1, 1, 5), (2, 0, 0), (3, 1, 2)]


def test_an_edit_that_changes_nothing_hides_nothing(buyer, moderator):
    review = moderator.decides(buyer.writes(MUG)).json

    edited = buyer.call("PATCH", f"/reviews/{review['id']}", {"stars": review["stars"]}).json

    assert (edited["state"], edited["version"]) == ("approved", review["version"])


def test_an_edit_of_an_older_version_is_refused(buyer):
    review = buyer.writes(MUG)
    path = f"/reviews/{review['id']}"
    buyer.call("PATCH", path, {"stars": 4})

    answer = buyer.call("PATCH", path, {"stars": 3}, If_Match='"1"')

    assert answer.status_code == 412


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"stars": 1}), ("DELETE", None)])
def test_another_customers_review_is_as_good_as_none(buyer, ada, moderator, method, body):
    review = moderator.decides(buyer.writes(MUG)).json

    answer = ada.call(method, f"/reviews/{review['id']}", body)

    assert (answer.status_code, answer.json["code"]) == (404, "reviews.review_not_found")


def test_a_deleted_review_no_longer_counts_and_can_be_written_anew(buyer, moderator, anybody):
    review = moderator.decides(buyer.writes(MUG)).json

    answer = buyer.call("DELETE", f"/reviews/{review['id']}")

    assert answer.status_code == 204
    assert texts(anybody.get(REVIEWS)) == []
    assert announced() == [(1, 1, 5), (2, 0, 0)]
    assert buyer.writes(MUG)["id"] != review["id"]


def test_a_product_shows_its_reviews_newest_first_page_by_page(people, moderator, anybody):
    for number in range(1, 4):
        moderator.decides(people.buyer(MUG).writes(MUG, text=f"number {number}", stars=number))

    first = anybody.get(f"{REVIEWS}?limit=2")
    rest = anybody.get(f"{REVIEWS}?limit=2&cursor={first['page']['next']}")

    assert texts(first) + texts(rest) == ["number 3", "number 2", "number 1"]
    assert texts(anybody.get(f"{REVIEWS}?stars=2")) == ["number 2"]


def test_customers_see_their_own_reviews_in_every_state(buyer, ada, moderator):
    review = buyer.writes(MUG)
    moderator.decides(review, "reject")

    [mine] = buyer.get("/reviews/mine")["data"]

    assert (mine["id"], mine["state"]) == (review["id"], "rejected")
    assert ada.get("/reviews/mine")["data"] == []


def test_the_rating_is_the_mean_of_approved_stars(people, moderator, anybody):
    for stars in (5, 4, 4):
        moderator.decides(people.buyer(MUG).writes(MUG, stars=stars))
    people.buyer(MUG).writes(MUG, stars=1)

    rating = anybody.get(f"{address(MUG)}/rating")

    assert rating == {"product_id": to_text("prd", MUG), "average": 4.33, "count": 3}


def test_a_product_that_nobody_has_rated_has_no_average(anybody):
    rating = anybody.get(f"{address(uuid7())}/rating")

    assert (rating["average"], rating["count"]) == (None, 0)


def test_a_rating_that_has_not_changed_is_not_sent_again(buyer, moderator, anybody):
    moderator.decides(buyer.writes(MUG))
    path = f"{address(MUG)}/rating"
    seen = anybody.call("GET", path).headers["ETag"]

    assert anybody.call("GET", path, If_None_Match=seen).status_code == 304


def test_no_public_answer_names_the_customer(buyer, moderator, anybody):
    moderator.decides(buyer.writes(MUG))

    [shown] = anybody.get(REVIEWS)["data"]

    assert {"customer_id", "order_id", "flags"}.isdisjoint(shown)


def test_reviews_are_written_at_a_bounded_rate(service_app, issuer):
    app = service_app("reviews", ARGOSY_RATE_LIMIT_REVIEW="1/minute")
    caller = {"headers": issuer.user(uuid7()), "json": FINE}

    codes = [app.test_client().post(f"/api/v1{REVIEWS}", **caller).status_code for _ in range(2)]

    assert codes == [403, 429]
