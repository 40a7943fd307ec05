"""Promotions and coupons over HTTP, and what is told of them."""

from datetime import timedelta

import pytest

from libs import clock
from libs.contracts.promotions import CouponState, Scope
from libs.http.fields import rfc3339
from libs.ids import to_text, uuid7
from services.promotions.tests.desk import TEN_PERCENT, announced, announced_coupons, redeem

FIVE_OFF = {"name": "Five off", "kind": "fixed", "amount": {"amount": 500, "currency": "EUR"}}
PAST = rfc3339(clock.now() - timedelta(hours=1))
FUTURE = rfc3339(clock.now() + timedelta(hours=1))


def test_a_promotion_is_shown_as_it_was_made(desk):
    made = desk.call("POST", "", FIVE_OFF | {"minimum_subtotal": FIVE_OFF["amount"]})

    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/promotions/{made.json['id']}"
    assert made.json["amount"] == {"amount": 500, "currency": "EUR", "decimal": "5.00"}
    assert made.json["currency"] == "EUR"
    assert desk.call("GET", f"/{made.json['id']}").json == made.json


def test_a_scope_goes_in_and_out_and_is_announced(desk):
    category, product = uuid7(), uuid7()
    scope = {"category_ids": [to_text("cat", category)], "product_ids": []}
    reward = {"category_ids": [], "product_ids": [to_text("prd", product)]}
    rule = {"buy_quantity": 2, "get_quantity": 1, "scope": scope, "reward": reward}

    made = desk.call("POST", "", {"name": "Three for two", "kind": "buy_x_get_y"} | rule)
    desk.call("PATCH", f"/{made.json['id']}", {"reward": None})

    assert {name: made.json[name] for name in rule} == rule
    facts = announced(made.json["id"])
    assert [fact.scope for fact in facts] == [Scope(category_ids=(category,))] * 2
    assert [fact.reward for fact in facts] == [Scope(product_ids=(product,)), None]


def test_conditions_on_customers_go_in_and_out_and_are_announced(desk):
    conditions = {"customer_groups": ["vip", "press"], "first_order": True}
    promotion = desk.promotion(**conditions)

    desk.call("PATCH", f"/{promotion}", {"customer_groups": []})

    assert desk.call("GET", f"/{promotion}").json["first_order"] is True
    facts = announced(promotion)
    assert [fact.customer_groups for fact in facts] == [("vip", "press"), ()]
    assert [fact.first_order for fact in facts] == [True, True]


def test_free_shipping_needs_nothing_else(desk):
    assert (
        desk.call("POST", "", {"name": "Sent for free", "kind": "free_shipping"}).status_code == 201
    )


@pytest.mark.parametrize(
    "contradiction",
    [
        {"kind": "fixed"},
        {"kind": "free_shipping"},
        {"buy_quantity": 1, "get_quantity": 1},
        {"kind": "buy_x_get_y", "buy_quantity": 1},
        {"reward": {}},
        {"amount": {"amount": 1, "currency": "EUR"}},
        {"starts_at": FUTURE, "ends_at": PAST},
        {
            "kind": "free_shipping",
            "percent_basis_points": None,
            "automatic": True,
            "budget": {"amount": 1, "currency": "EUR"},
        },
        {
            "minimum_subtotal": {"amount": 1, "currency": "EUR"},
            "budget": {"amount": 1, "currency": "USD"},
        },
    ],
)
def test_a_promotion_that_contradicts_itself_is_refused(desk, contradiction):
    parts = TEN_PERCENT | contradiction
    body = {name: part for name, part in parts.items() if part is not None}

    refused = desk.call("POST", "", body)

    assert (refused.status_code, refused.json["code"]) == (422, "promotions.promotion_invalid")


def test_every_change_of_a_promotion_is_announced_with_the_next_version(desk):
    promotion = desk.promotion()
    desk.call("PATCH", f"/{promotion}", {"percent_basis_points": 2000})
    desk.call("DELETE", f"/{promotion}")

    facts = announced(promotion)

    assert [fact.version for fact in facts] == [1, 2, 3]
    assert [fact.percent_basis_points for fact in facts] == [1000, 2000, 2000]
    assert [fact.active for fact in facts] == [True, True, False]


def test_every_change_of_a_coupon_is_announced_with_its_own_version(desk):
    promotion = desk.promotion()
    coupon = desk.coupon("SAVE10", promotion)
    desk.call("PATCH", coupon, {"active": False})
    desk.call("PATCH", coupon, {"active": True})
    desk.call("DELETE", coupon)

    usable = [True, False, True, False]
    expected = [CouponState("SAVE10", number, is_on) for number, is_on in enumerate(usable, 1)]
    assert announced_coupons() == expected
    assert len(announced(promotion)) == 1


def test_a_stale_change_is_refused_and_not_announced(desk):
    promotion = desk.promotion()
    seen = desk.call("GET", f"/{promotion}").headers["ETag"]
    desk.call("PATCH", f"/{promotion}", {"name": "Other"}, If_Match=seen)

    stale = desk.call("PATCH", f"/{promotion}", {"name": "Third"}, If_Match=seen)

    assert stale.status_code == 412
    assert len(announced(promotion)) == 2


def test_an_amount_of_another_currency_is_refused(desk):
    promotion = desk.call("POST", "", FIVE_OFF).json["id"]

    refused = desk.call("PATCH", f"/{promotion}", {"amount": {"amount": 1, "currency": "USD"}})

    assert (refused.status_code, refused.json["code"]) == (422, "promotions.promotion_invalid")


def test_limits_and_budgets_do_not_go_below_what_is_used(desk):
    promotion = desk.promotion(budget={"amount": 1000, "currency": "EUR"})
    coupon = desk.coupon("SAVE10", promotion, usage_limit=5)
    redeem("SAVE10", discount=300)
    redeem("SAVE10", customer="bob", discount=300)

    limit = desk.call("PATCH", coupon, {"usage_limit": 1})
    budget = desk.call("PATCH", f"/{promotion}", {"budget": {"amount": 599, "currency": "EUR"}})

    assert {limit.json["code"], budget.json["code"]} == {"promotions.limit_below_use"}
    assert desk.call("PATCH", coupon, {"usage_limit": 2}).status_code == 200


def test_a_code_is_never_given_out_twice(desk):
    path = desk.coupon("SAVE10")
    other = f"/{desk.promotion()}/coupons"

    taken = desk.call("POST", other, {"code": "save10"})
    desk.call("DELETE", path)
    again = desk.call("POST", other, {"code": "SAVE10"})

    assert taken.json["code"] == again.json["code"] == "promotions.coupon_exists"


def test_a_promotion_for_everybody_has_no_coupons(desk):
    promotion = desk.promotion(automatic=True)

    refused = desk.call("POST", f"/{promotion}/coupons", {"code": "SAVE10"})

    assert (refused.status_code, refused.json["code"]) == (409, "promotions.automatic_promotion")


def test_a_coupon_belongs_to_its_promotion(desk):
    path = desk.coupon("SAVE10")
    elsewhere = f"/{desk.promotion()}/coupons/{path.rpartition('/')[2]}"

    assert desk.call("GET", elsewhere).status_code == 404
    assert desk.call("DELETE", elsewhere).status_code == 404


def test_everybody_sees_what_everybody_gets_now(desk, client):
    low = desk.promotion(automatic=True, priority=1)
    high = desk.promotion(automatic=True, priority=2, starts_at=PAST, ends_at=FUTURE)
    desk.promotion()
    for hidden in (
        {"active": False},
        {"ends_at": PAST},
        {"starts_at": FUTURE},
        {"customer_groups": ["vip"]},
    ):
        desk.promotion(automatic=True, **hidden)

    listed = client.get("/api/v1/promotions/discounts/active").json["data"]

    assert [discount["id"] for discount in listed] == [high, low]
    assert "budget" not in listed[0]


def test_a_coupon_is_found_by_its_code_in_any_case(desk, client):
    desk.coupon("SAVE10")

    found = client.get("/api/v1/promotions/coupons/by-code/save10")

    assert found.status_code == 200
    assert (found.json["code"], found.json["percent_basis_points"]) == ("SAVE10", 1000)


def test_all_that_cannot_be_used_now_looks_the_same(desk, client):
    desk.coupon("ENDED", desk.promotion(ends_at=PAST))
    desk.coupon("EARLY", desk.promotion(starts_at=FUTURE))
    desk.coupon("OFF", active=False)
    desk.coupon("USED-UP", usage_limit=1)
    redeem("USED-UP")
    desk.coupon("SPENT", desk.promotion(budget={"amount": 100, "currency": "EUR"}))
    redeem("SPENT", discount=100)

    answers = [
        client.get(f"/api/v1/promotions/coupons/by-code/{code}")
        for code in ("GHOST", "ENDED", "EARLY", "OFF", "USED-UP", "SPENT")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({(answer.json["code"], answer.json["detail"]) for answer in answers}) == 1


def test_guessing_codes_is_limited(service_app):
    client = service_app("promotions", ARGOSY_RATE_LIMIT_COUPON="2/minute").test_client()

    answers = [client.get(f"/api/v1/promotions/coupons/by-code/C-{n}") for n in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]


def test_only_administrators_manage_promotions(client, issuer):
    customer = issuer.user(uuid7())

    assert client.get("/api/v1/promotions", headers=customer).status_code == 403
    assert client.post("/api/v1/promotions", json={}).status_code == 401


def test_lists_are_pages(desk):
    promotion = desk.promotion()
    paths = [desk.coupon(code, promotion) for code in ("AAA", "BBB", "CCC")]

    first = desk.call("GET", f"/{promotion}/coupons?limit=2").json
    rest = desk.call("GET", f"/{promotion}/coupons?limit=2&cursor={first['page']['next']}").json

    listed = [f"/{promotion}/coupons/{coupon['id']}" for coupon in first["data"] + rest["data"]]
    assert listed == paths[::-1]
    assert [each["id"] for each in desk.call("GET").json["data"]] == [promotion]
