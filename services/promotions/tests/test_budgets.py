"""Budgets: never overspent, given back, and told to carts; also where nobody needs a coupon."""

from functools import partial

from libs.contracts.promotions import BudgetChanged
from libs.db.transaction import transaction
from libs.testing.crowd import at_once
from services.promotions import tasks
from services.promotions.commands.budgets import is_untold
from services.promotions.errors import CouponUsedUp
from services.promotions.tests.desk import (
    Desk,
    announced,
    announced_coupons,
    miscounted,
    redeem,
    release,
    told,
)

BUDGET = {"amount": 1000, "currency": "EUR"}


def tell() -> int:
    """The worker's turn, which it takes only if there is something to tell."""
    with transaction() as session:
        return tasks.tell_budgets(session) if is_untold(session) else -1


def for_everybody(desk: Desk) -> tuple[str, str]:
    """A promotion for everybody with a budget, and the code that orders redeem it by."""
    promotion = desk.promotion(automatic=True, budget=BUDGET)
    code = announced(promotion)[0].redemption_code
    assert code is not None
    return promotion, code


def test_what_is_left_is_told_when_it_has_changed_and_only_then(desk):
    promotion = desk.promotion(budget=BUDGET)
    desk.coupon("SAVE", promotion)
    turns = [tell(), tell()]
    order_id = redeem("SAVE", discount=300)
    turns.append(tell())
    release(order_id)
    turns.append(tell())
    desk.call("PATCH", f"/{promotion}", {"budget": BUDGET | {"amount": 1500}})
    turns += [tell(), tell()]

    facts = told(BudgetChanged)

    assert turns == [1, -1, 1, 1, 1, -1]
    assert [fact.left_minor for fact in facts] == [1000, 700, 1000, 1500]
    assert [fact.version for fact in facts] == [1, 2, 3, 4]


def test_a_promotion_without_a_budget_has_nothing_to_tell(desk):
    desk.promotion()

    assert tell() == -1


def test_a_promotion_for_everybody_is_redeemed_by_a_code_that_no_buyer_can_use(desk, client):
    promotion, code = for_everybody(desk)

    redeem(code, discount=600)

    assert desk.call("GET", f"/{promotion}").json["spent"]["amount"] == 600
    assert client.get(f"/api/v1/promotions/coupons/by-code/{code}").status_code == 404
    assert announced_coupons() == []
    assert miscounted() == []


def test_the_budget_of_a_promotion_for_everybody_is_never_overspent_at_once(app, desk):
    promotion, code = for_everybody(desk)

    works = [partial(redeem, code, customer=f"c{n}", discount=90) for n in range(30)]
    answers = at_once(app, works)

    failures = [answer for answer in answers if isinstance(answer, Exception)]
    assert {type(failure) for failure in failures} == {CouponUsedUp}
    assert len(answers) - len(failures) == 11
    assert desk.call("GET", f"/{promotion}").json["spent"]["amount"] == 990
    assert miscounted() == []


def test_a_promotion_for_everybody_is_listed_while_its_budget_lasts(desk, client):
    promotion, code = for_everybody(desk)
    path = "/api/v1/promotions/discounts/active"
    before = [each["id"] for each in client.get(path).json["data"]]

    redeem(code, discount=1000)

    assert before == [promotion]
    assert client.get(path).json["data"] == []


def test_the_coupon_of_a_promotion_for_everybody_cannot_be_taken_away(desk):
    promotion, _ = for_everybody(desk)
    [coupon] = desk.call("GET", f"/{promotion}/coupons").json["data"]
    path = f"/{promotion}/coupons/{coupon['id']}"

    answers = [desk.call("PATCH", path, {"active": False}), desk.call("DELETE", path)]

    assert {answer.json["code"] for answer in answers} == {"promotions.automatic_promotion"}
