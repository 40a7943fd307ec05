"""Promotions and coupons over HTTP, and what is told of them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from libs import clock
from libs.db.transaction import transaction
from libs.http.fields import rfc3339
from libs.ids import from_text, uuid7
from services.promotions.commands.coupons import MAX_COUPONS
from services.promotions.tests.desk import TEN_PERCENT, announced, redeem

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


@pytest.mark.parametrize(
    "contradiction",
    [
        {"kind": "fixed"},
        {"amount": {"amount": 1, "currency": "EUR"}},
        {"starts_at": FUTURE, "ends_at": PAST},
        {"automatic": True, "budget": {"amount": 1, "currency": "EUR"}},
        {
            "minimum_subtotal": {"amount": 1, "currency": "EUR"},
            "budget": {"amount": 1, "currency": "USD"},
        },
    ],
)
def test_a_promotion_that_contradicts_itself_is_refused(desk, contradiction):
    refused = desk.call("POST", "", TEN_PERCENT | contradiction)

    assert (refused.status_code, refused.json["code"]) == (422, "promotions.promotion_invalid")


def test_every_change_is_announced_with_the_next_version(desk):
    promotion = desk.promotion()
    coupon = desk.coupon("SAVE10", promotion)
    desk.call("PATCH", f"/{promotion}", {"percent_basis_points": 2000})
    desk.call("PATCH", coupon, {"active": False})
    desk.call("PATCH", coupon, {"active": True})
    desk.call("DELETE", coupon)
    desk.call("DELETE", f"/{promotion}")

    facts = announced(promotion)

    assert [fact.version for fact in facts] == [1, 2, 3, 4, 5, 6, 7]
    assert [fact.codes for fact in facts] == [
        (),
        ("SAVE10",),
        ("SAVE10",),
        (),
        ("SAVE10",),
        (),
        (),
    ]
    assert [fact.percent_basis_points for fact in facts[1:3]] == [1000, 2000]
    assert [fact.active for fact in facts[-2:]] == [True, False]


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


def test_a_promotion_has_as_many_coupons_as_one_message_can_tell(desk):
    promotion = desk.promotion()
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO coupon (id, promotion_id, code, active, used, version)"
                " SELECT gen_random_uuid(), :promotion, lpad(n::text, 40, 'X'), true, 0, 1"
                " FROM generate_series(2, :count) AS n"
            ),
            {"promotion": from_text("pro", promotion), "count": MAX_COUPONS},
        )

    desk.coupon("Y" * 40, promotion)
    refused = desk.call("POST", f"/{promotion}/coupons", {"code": "ONE-TOO-MANY"})

    assert len(announced(promotion)[-1].codes) == MAX_COUPONS
    assert (refused.status_code, refused.json["code"]) == (409, "promotions.too_many_coupons")


def test_a_coupon_belongs_to_its_promotion(desk):
    path = desk.coupon("SAVE10")
    elsewhere = f"/{desk.promotion()}/coupons/{path.rpartition('/')[2]}"

    assert desk.call("GET", elsewhere).status_code == 404
    assert desk.call("DELETE", elsewhere).status_code == 404


def test_everybody_sees_what_everybody_gets_now(desk, client):
    low = desk.promotion(automatic=True, priority=1)
    high = desk.promotion(automatic=True, priority=2, starts_at=PAST, ends_at=FUTURE)
    desk.promotion()
    for hidden in ({"active": False}, {"ends_at": PAST}, {"starts_at": FUTURE}):
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

    answers = [
        client.get(f"/api/v1/promotions/coupons/by-code/{code}")
        for code in ("GHOST", "ENDED", "EARLY", "OFF", "USED-UP")
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
