"""What is recommended over HTTP, to whom, and in which order."""

import pytest

from libs.ids import to_text, uuid7


def test_what_was_bought_together_comes_first(shop):
    shop.sells("Mug", "Tea", "Spoon", "Lamp")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Mug", "Spoon")
    shop.sold("Lamp", times=9)
    shop.keeps_up()

    found = shop.reasons(product=shop.product("Mug"))

    assert list(found.items()) == [("Tea", "related"), ("Spoon", "related"), ("Lamp", "popular")]


def test_what_everybody_buys_is_not_what_goes_best_with_a_product(shop):
    shop.sells("Mug", "Tea", "Bag")
    shop.sold("Mug", "Tea", times=5)
    shop.sold("Mug", "Bag", times=5)
    shop.sold("Bag", times=200)
    shop.keeps_up()

    assert shop.recommends(product=shop.product("Mug")) == ["Tea", "Bag"]


def test_a_product_without_neighbors_gets_what_is_popular_then_its_category_then_the_newest(shop):
    kitchen = uuid7()
    shop.sells("Other")
    shop.sells("Mug", "Tea", category=kitchen)
    shop.sells("Lamp")
    shop.sold("Lamp")
    shop.keeps_up()

    found = shop.reasons(product=shop.product("Mug"))

    assert list(found.items()) == [("Lamp", "popular"), ("Tea", "category"), ("Other", "newest")]


def test_an_unknown_product_gets_what_is_popular(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Tea")
    shop.keeps_up()

    found = shop.reasons(product=to_text("prd", uuid7()))

    assert next(iter(found.items())) == ("Tea", "popular")


def test_a_shop_without_visitors_recommends_its_newest_products(shop):
    shop.sells("Mug", "Tea")

    assert shop.reasons() == {"Tea": "newest", "Mug": "newest"}


def test_a_shop_without_products_recommends_nothing(shop):
    assert shop.recommends() == []


def test_a_withdrawn_product_is_gone_at_once(shop):
    shop.sells("Mug", "Tea", "Spoon")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Mug", "Spoon")
    shop.keeps_up()

    shop.withdraws("Tea")

    assert shop.recommends(product=shop.product("Mug")) == ["Spoon"]
    assert shop.recommends() == ["Mug", "Spoon"]


def test_a_withdrawn_product_comes_back_with_its_counts(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Mug", "Tea")
    shop.keeps_up()
    shop.withdraws("Tea")
    shop.keeps_up()

    shop.sells("Tea")

    assert shop.reasons(product=shop.product("Mug")) == {"Tea": "related"}


def test_an_older_fact_of_a_product_changes_nothing(shop):
    shop.sells("Mug")
    shop._version = 0

    shop.withdraws("Mug")

    assert shop.recommends() == ["Mug"]


def test_the_answer_shows_what_a_client_needs(shop):
    shop.sells("Mug", price=950)

    [item] = shop.answer().json["data"]

    price = {"amount": 950, "currency": "EUR", "decimal": "9.50"}
    assert item == {
        "id": shop.product("Mug"),
        "slug": "mug",
        "title": "Mug",
        "prices": [price],
        "reason": "newest",
    }


def test_a_customer_gets_what_goes_with_what_they_saw_but_nothing_of_it(shop, issuer):
    ada = uuid7()
    shop.sells("Mug", "Tea", "Lamp")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Lamp", times=9)
    shop.visited("Mug", user=ada)
    shop.keeps_up()

    found = shop.reasons(issuer.user(ada), user=to_text("usr", ada))

    assert next(iter(found.items())) == ("Tea", "personal")
    assert found["Mug"] == "popular"


def test_what_a_customer_has_bought_is_not_recommended_to_them_again(shop, issuer):
    ada = uuid7()
    shop.sells("Mug", "Tea")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Mug", customer=ada)
    shop.keeps_up()

    assert shop.recommends(issuer.user(ada), user=to_text("usr", ada)) == ["Tea"]


def test_a_customer_on_a_product_page_gets_what_goes_with_it_but_not_what_they_have(shop, issuer):
    ada = uuid7()
    shop.sells("Mug", "Tea", "Bag", "Lamp")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Mug", "Bag", times=2)
    shop.sold("Tea", "Lamp", customer=ada)
    shop.keeps_up()

    found = shop.reasons(issuer.user(ada), user=to_text("usr", ada), product=shop.product("Mug"))

    assert found == {"Bag": "related"}


def test_a_new_customer_gets_what_is_popular(shop, issuer):
    ada = uuid7()
    shop.sells("Mug", "Tea")
    shop.sold("Tea")
    shop.keeps_up()

    found = shop.reasons(issuer.user(ada), user=to_text("usr", ada))

    assert list(found.items()) == [("Tea", "popular"), ("Mug", "newest")]


def test_only_the_customer_and_administrators_see_what_a_customer_may_like(shop, issuer, admin):
    ada, eve = uuid7(), uuid7()
    user = to_text("usr", ada)

    assert shop.answer(user=user).status_code == 401
    assert shop.answer(issuer.user(eve), user=user).status_code == 404
    assert shop.answer(issuer.user(ada), user=user).status_code == 200
    assert shop.answer(admin, user=user).status_code == 200


def test_no_more_than_the_limit_are_recommended(shop):
    shop.sells(*(f"Mug {number}" for number in range(12)))

    assert len(shop.recommends()) == 10
    assert len(shop.recommends(limit=3)) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 51},
        {"product": "prd_1"},
        {"product": to_text("usr", uuid7())},
        {"user": "me"},
        {"page": 2},
    ],
)
def test_a_malformed_question_is_refused(shop, query):
    assert shop.answer(**query).status_code == 422
