"""Lists and items over HTTP: whose they are, how many, and who may read a shared one."""

import pytest

from libs.ids import to_text, uuid7
from services.wishlists.tests.conftest import ITEMS, LISTS
from services.wishlists.tests.shop import wish


def test_a_list_is_shown_as_it_was_made(ada):
    made = ada.call("POST", "", {"name": "  Birthday "})

    assert made.status_code == 201
    assert (made.json["name"], made.json["item_count"], made.json["shared"]) == (
        "Birthday",
        0,
        False,
    )
    assert made.headers["Location"] == f"/api/v1/wishlists/{made.json['id']}"
    assert ada.call("GET", f"/{made.json['id']}").json == made.json


def test_a_repeated_request_makes_one_list(ada):
    first, again = (
        ada.call("POST", "", {"name": "Once"}, Idempotency_Key="key-1") for _ in range(2)
    )

    assert again.json == first.json
    assert len(ada.call("GET").json["data"]) == 1


def test_two_lists_of_one_customer_have_two_names(ada, eve):
    ada.makes_list("Same")
    other = ada.makes_list("Other")

    answers = [ada.call("POST", "", {"name": "Same"}), ada.call("PATCH", other, {"name": "Same"})]

    assert [answer.json["code"] for answer in answers] == ["wishlists.name_taken"] * 2
    assert eve.makes_list("Same")


def test_a_customer_has_so_many_lists_and_room_again_after_deleting_one(ada):
    lists = [ada.makes_list(f"List {number}") for number in range(LISTS)]

    refused = ada.call("POST", "", {"name": "More"})
    ada.call("DELETE", lists[0])

    assert (refused.status_code, refused.json["code"]) == (409, "wishlists.too_many_lists")
    assert refused.json["limit"] == LISTS
    assert ada.call("POST", "", {"name": "More"}).status_code == 201


def test_items_are_limited_over_all_lists_and_deleting_makes_room(ada, shop):
    articles = [uuid7() for _ in range(ITEMS)]
    shop.sells()
    for product in articles:
        shop.sells(product_id=product, variants=())
    first, second = ada.makes_list("One"), ada.makes_list("Two")
    for number, product in enumerate(articles):
        ada.wishes(second if number else first, product=product)

    refused = ada.call("POST", f"{first}/items", wish(variant=shop.red))
    ada.call("DELETE", second)

    assert (refused.status_code, refused.json["code"]) == (409, "wishlists.too_many_items")
    assert ada.wishes(first, variant=shop.red)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PUT", "/share-link"),
        ("DELETE", "/share-link"),
        ("GET", "/items"),
        ("POST", "/items"),
    ],
)
def test_somebody_elses_list_does_not_exist(ada, eve, shop, method, path):
    shop.sells()
    wishlist = ada.makes_list()
    bodies = {"PATCH": {"name": "Mine"}, "POST": wish(variant=shop.red)}

    answer = eve.call(method, wishlist + path, bodies.get(method))

    assert (answer.status_code, answer.json["code"]) == (404, "wishlists.wishlist_not_found")


def test_somebody_elses_item_does_not_exist(ada, eve, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    mine = eve.makes_list()

    answers = [
        eve.call("GET", item),
        eve.call("PATCH", item, {"note": "x"}),
        eve.waits_for_stock(item),
        eve.call("GET", mine + item[item.index("/items") :]),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert ada.call("GET", item).json["note"] is None


def test_an_item_shows_its_article_as_it_stands(ada, shop):
    shop.sells(1000)
    shop.stocks(shop.blue, 3)
    wishlist = ada.makes_list()
    item = ada.wishes(wishlist, variant=shop.red)
    whole = ada.wishes(wishlist, product=shop.product)

    red, product = ada.call("GET", item).json, ada.call("GET", whole).json

    assert (red["title"], red["sku"], red["in_stock"]) == ("Mug, red", "MUG-red", False)
    assert (product["title"], product["sku"], product["in_stock"]) == ("Mug", None, True)
    assert [price["amount"] for price in product["prices"]] == [1000]


def test_an_article_that_is_sold_no_more_stays_without_a_price(ada, shop):
    shop.sells()
    shop.stocks(shop.red, 5)
    item = ada.wishes(variant=shop.red)

    shop.sells(active=False)

    shown = ada.call("GET", item).json
    assert (shown["title"], shown["in_stock"], shown["prices"]) == ("Mug, red", False, [])


def test_only_what_is_sold_can_be_wished_for(ada, shop):
    shop.sells(active=False)
    wishlist = ada.makes_list()

    answers = [
        ada.call("POST", f"{wishlist}/items", body)
        for body in (wish(variant=shop.red), wish(product=shop.product), wish(variant=uuid7()))
    ]

    assert [answer.json["code"] for answer in answers] == ["wishlists.article_unknown"] * 3


@pytest.mark.parametrize("body", [{}, wish(variant=uuid7(), product=uuid7()), {"note": "x"}])
def test_an_item_names_one_article(ada, body):
    refused = ada.call("POST", f"{ada.makes_list()}/items", body)

    assert refused.status_code == 422


def test_an_article_is_in_a_list_once(ada, shop):
    shop.sells()
    wishlist = ada.makes_list()
    paths = [ada.wishes(wishlist, variant=shop.red), ada.wishes(wishlist, product=shop.product)]

    again = [
        ada.call("POST", f"{wishlist}/items", body)
        for body in (wish(variant=shop.red), wish(product=shop.product))
    ]

    assert [answer.json["code"] for answer in again] == ["wishlists.item_exists"] * 2
    assert [path.rpartition("/")[2] for path in paths] == [a.json["item_id"] for a in again]
    assert ada.call("GET", wishlist).json["item_count"] == 2


def test_a_stale_change_is_refused(ada, shop):
    shop.sells()
    wishlist = ada.makes_list()
    seen = ada.call("GET", wishlist).headers["ETag"]
    item = ada.wishes(wishlist, variant=shop.red)
    old = ada.call("GET", item).headers["ETag"]
    ada.call("PATCH", item, {"note": "new"})

    answers = [
        ada.call("PATCH", wishlist, {"name": "X"}, If_Match=seen),
        ada.call("DELETE", wishlist, If_Match=seen),
        ada.call("PATCH", item, {"note": "old"}, If_Match=old),
        ada.call("DELETE", item, If_Match=old),
    ]

    assert [answer.status_code for answer in answers] == [412] * 4
    assert ada.call("GET", item).json["note"] == "new"


def test_items_come_in_pages_newest_first(ada, shop):
    shop.sells()
    wishlist = ada.makes_list()
    ada.wishes(wishlist, variant=shop.red)
    ada.wishes(wishlist, variant=shop.blue)

    first = ada.call("GET", f"{wishlist}/items?limit=1").json
    second = ada.call("GET", f"{wishlist}/items?limit=1&cursor={first['page']['next']}").json

    assert [page["data"][0]["sku"] for page in (first, second)] == ["MUG-blue", "MUG-red"]
    assert second["page"]["has_more"] is False


def test_whoever_has_the_link_sees_the_articles_and_nothing_private(ada, shop, client):
    shop.sells()
    wishlist = ada.makes_list("Birthday")
    ada.call("POST", f"{wishlist}/items", wish(variant=shop.red) | {"note": "secret"})

    link = ada.call("PUT", f"{wishlist}/share-link").json
    seen = client.get(link["url"])

    assert seen.json["name"] == "Birthday"
    (item,) = seen.json["items"]["data"]
    assert item["sku"] == "MUG-red"
    assert "secret" not in seen.text
    assert to_text("usr", ada.user_id) not in seen.text
    assert {"id", "note", "alerts"} & item.keys() == set()


def test_a_link_is_kept_until_it_is_revoked_and_never_comes_back(ada, client):
    wishlist = ada.makes_list()
    first, same = (ada.call("PUT", f"{wishlist}/share-link").json for _ in range(2))

    ada.call("DELETE", f"{wishlist}/share-link")
    revoked = client.get(first["url"])
    other = ada.call("PUT", f"{wishlist}/share-link").json

    assert first == same
    assert len(first["token"]) >= 43
    assert revoked.status_code == 404
    assert other["token"] != first["token"]
    assert client.get(first["url"]).status_code == 404


def test_a_deleted_list_takes_its_link_along(ada, client):
    wishlist = ada.makes_list()
    link = ada.call("PUT", f"{wishlist}/share-link").json

    ada.call("DELETE", wishlist)

    assert client.get(link["url"]).status_code == 404
