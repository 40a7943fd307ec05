"""The proof of a purchase, as orders' facts give it."""

from uuid import UUID

import pytest

from libs.ids import to_text, uuid7
from services.reviews.tests.people import FINE, Caller, address, confirmed, tell

MUG = uuid7()


def may_review(caller: Caller, product_id: UUID = MUG) -> bool:
    answer = caller.call("POST", f"{address(product_id)}/reviews", FINE)
    return bool(answer.status_code == 201)


def test_who_has_not_bought_the_product_may_not_review_it(ada):
    ada.buys(uuid7())

    answer = ada.call("POST", f"{address(MUG)}/reviews", FINE)

    assert (answer.status_code, answer.json["code"]) == (403, "reviews.not_purchased")


def test_another_customers_purchase_is_no_proof(people, ada):
    people.somebody().buys(MUG)

    assert not may_review(ada)


@pytest.mark.parametrize("times", [1, 2])
def test_a_confirmed_order_is_proof_however_often_it_is_told(ada, times):
    fact = confirmed(ada.user_id, MUG, MUG, uuid7())

    for _ in range(times):
        tell(fact)

    assert may_review(ada)


def test_an_order_too_long_for_its_lines_is_proof_of_each_product(ada):
    products = tuple(uuid7() for _ in range(3))

    tell(confirmed(ada.user_id, lines_omitted=True, product_ids=products))

    assert all(may_review(ada, product_id) for product_id in products)


def test_a_guests_order_is_nobodys_proof(ada):
    tell(confirmed(None, MUG))

    assert not may_review(ada)


def test_a_review_names_the_first_order_of_the_product(ada, moderator):
    first = confirmed(ada.user_id, MUG)
    tell(first)
    tell(confirmed(ada.user_id, MUG))
    ada.writes(MUG)

    [shown] = moderator.get("/reviews")["data"]

    assert shown["order_id"] == to_text("ord", first.order_id)
