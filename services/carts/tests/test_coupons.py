"""Coupons of a cart; their counting is the business of promotions."""

from datetime import timedelta

from libs import clock
from services.carts.tests.shop import BERLIN, Guest, codes


def test_a_coupon_counts_once_in_whatever_case(client, shop):
    shop.sells("MUG")
    promotion = shop.promotes("SAVE10")
    guest = Guest(client, "MUG", shipping_address=BERLIN)

    guest.call("POST", "/coupons", {"code": " save10 "})
    cart = guest.call("POST", "/coupons", {"code": "Save10"}).json

    assert cart["coupons"] == ["SAVE10"]
    assert cart["totals"]["discount"]["amount"] == 100
    assert [discount["code"] for discount in cart["discounts"]] == ["SAVE10"]
    assert promotion


def test_unknown_ended_and_not_begun_coupons_get_the_same_refusal(client, shop):
    shop.sells("MUG")
    hour = timedelta(hours=1)
    shop.promotes("ENDED", ends_at=clock.now() - hour)
    shop.promotes("EARLY", starts_at=clock.now() + hour)
    shop.promotes("SWITCHED-OFF", active=False)
    guest = Guest(client, "MUG")

    refusals = [
        guest.call("POST", "/coupons", {"code": code})
        for code in ("GHOST", "ENDED", "EARLY", "SWITCHED-OFF")
    ]

    assert {refused.status_code for refused in refusals} == {422}
    assert len({(refused.json["code"], refused.json["detail"]) for refused in refusals}) == 1
    assert guest.cart()["coupons"] == []


def test_a_cart_cannot_be_made_with_a_coupon_that_is_not_valid(client, shop):
    shop.sells("MUG")
    body = {
        "currency": "EUR",
        "items": [{"sku": "MUG", "quantity": 1}],
        "coupons": ["GHOST"],
    }

    refused = client.post("/api/v1/carts", json=body)

    assert (refused.status_code, refused.json["code"]) == (422, "carts.coupon_invalid")


def test_a_coupon_that_ends_later_becomes_a_problem(client, shop):
    shop.sells("MUG")
    promotion = shop.promotes("SAVE10")
    guest = Guest(client, "MUG", shipping_address=BERLIN, coupons=["SAVE10"])

    shop.promotes("SAVE10", promotion_id=promotion, active=False)
    kept = guest.call("POST", "/items", {"sku": "MUG", "quantity": 1})

    assert kept.status_code == 200
    assert codes(kept.json) == ["coupon_invalid"]
    assert kept.json["problems"][0]["coupon"] == "SAVE10"


def test_a_coupon_below_its_minimum_is_a_problem_until_the_cart_grows(client, shop):
    shop.sells("MUG")
    shop.promotes("BIG", minimum_subtotal_minor=2000)
    guest = Guest(client, "MUG", shipping_address=BERLIN)

    small = guest.call("POST", "/coupons", {"code": "BIG"}).json
    large = guest.call("POST", "/items", {"sku": "MUG", "quantity": 1}).json

    assert codes(small) == ["coupon_minimum_not_reached"]
    assert (codes(large), large["totals"]["discount"]["amount"]) == ([], 200)


def test_a_removed_coupon_takes_nothing_off(client, shop):
    shop.sells("MUG")
    shop.promotes("SAVE10")
    guest = Guest(client, "MUG", coupons=["SAVE10"])

    removed = guest.call("DELETE", "/coupons/save10")

    assert removed.json["totals"]["discount"]["amount"] == 0
    assert guest.call("DELETE", "/coupons/save10").status_code == 404


def test_guessing_codes_is_limited_on_every_way_in(service_app):
    app = service_app("carts", ARGOSY_RATE_LIMIT_COUPON="3/minute")
    guest = Guest(app.test_client())

    answers = [
        guest.call("POST", "/coupons", {"code": "AAA"}),
        guest.call("PATCH", "", {"coupons": ["BBB", "CCC"]}),
        guest.call("PATCH", "", {"coupons": ["DDD"]}),
        guest.call("POST", "/coupons", {"code": "EEE"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 429, 429]
