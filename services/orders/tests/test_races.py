"""Many hands on one order."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from libs.testing.crowd import at_once
from services.orders.tests.shop import Buyer, count_orders, uuid_of

HANDS = 20


def test_one_request_sent_many_times_at_once_is_one_order(app, shop, guest):
    cart_id = guest.fills("MUG")

    answers: list[Any] = at_once(app, [partial(guest.places, cart_id)] * HANDS)

    assert Counter(answer.status_code for answer in answers) == {202: HANDS}
    assert len({answer.data for answer in answers}) == 1
    assert count_orders() == 1


def test_many_requests_for_one_cart_make_one_order(app, shop, guest):
    cart_id = guest.fills("MUG")

    works = [partial(guest.places, cart_id, key=f"key {number}") for number in range(HANDS)]
    answers: list[Any] = at_once(app, works)

    accepted = [answer.json["id"] for answer in answers if answer.status_code in {200, 202}]
    refused = [answer.json["code"] for answer in answers if answer.status_code == 409]
    assert len(accepted) + len(refused) == HANDS
    assert (len(set(accepted)), set(refused) - {"carts.cart_frozen"}) == (1, set())
    assert count_orders() == 1


def test_no_more_comes_back_than_was_sold(app, shop, guest):
    order = guest.buys("MUG", "CUP", quantity=7)

    # Half of them name the lines the other way round.
    backwards = order | {"lines": order["lines"][::-1]}
    works = [
        partial(guest.returns, backwards if number % 2 else order, [1, 1], key=f"return {number}")
        for number in range(HANDS)
    ]
    answers: list[Any] = at_once(app, works)

    assert Counter(answer.status_code for answer in answers) == {202: 7, 409: HANDS - 7}
    now = guest.call("GET", f"/{order['id']}").json
    assert [line["returned"] for line in now["lines"]] == [7, 7]
    assert sum(a.json["amount"]["amount"] for a in answers if a.status_code == 202) == 7 * 1333


def test_one_return_sent_many_times_at_once_is_one_return(app, shop, guest):
    order = guest.buys("MUG", quantity=5)

    answers: list[Any] = at_once(app, [partial(guest.returns, order, [1])] * HANDS)

    assert Counter(answer.status_code for answer in answers) == {202: HANDS}
    assert len({answer.data for answer in answers}) == 1
    assert len(guest.call("GET", f"/{order['id']}/returns").json["data"]) == 1


def test_refused_returns_and_new_ones_never_wait_for_each_other_in_a_ring(app, shop, guest):
    order = guest.buys("MUG", "CUP", quantity=HANDS)
    returns = [guest.returns(order, [1, 1], key=f"old {n}").json for n in range(HANDS // 2)]

    def refuse(returned: Any) -> int:
        saga_id, code = uuid_of(returned, "ret"), "payments.refund_exceeds_capture"
        shop.answers(saga_id, "refund_payment", "rejected", code=code, detail="x")
        return 202

    def ask(number: int) -> int:
        backwards = order | {"lines": order["lines"][::-1]}
        answer = guest.returns(backwards, [1, 1], key=f"new {number}")
        return int(answer.status_code)

    works = [partial(refuse, one) for one in returns]
    answers = at_once(app, works + [partial(ask, n) for n in range(HANDS // 2)])

    assert answers == [202] * HANDS
    now = guest.call("GET", f"/{order['id']}").json
    assert [line["returned"] for line in now["lines"]] == [HANDS // 2] * 2
    assert shop.parked() == []


@pytest.mark.parametrize("answered", [0, 1])
def test_a_cancellation_against_the_saga_has_one_winner(app, shop, user, answered):
    orders = [user.orders("MUG") for _ in range(HANDS // 2)]
    steps = ("reserve_stock", "authorize_payment")
    for order in orders:
        for step in steps[:answered]:
            shop.answers(uuid_of(order), step)

    works = []
    for order in orders:
        works.append(partial(user.call, "POST", f"/{order['id']}/cancel"))
        works.append(partial(shop.answers, uuid_of(order), steps[answered]))
    answers: list[Any] = at_once(app, works)

    ends: Counter[tuple[int, str]] = Counter()
    for order, cancelled in zip(orders, answers[::2], strict=True):
        end = shop.finishes(uuid_of(order))
        ends[cancelled.status_code, end] += 1
    assert set(ends) <= {(202, "compensated"), (409, "done")}
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert shop.parked() == []


def test_many_cancellations_at_once_are_one(app, shop, guest):
    order = guest.orders("MUG")

    cancel = partial(guest.call, "POST", f"/{order['id']}/cancel")
    answers: list[Any] = at_once(app, [cancel] * HANDS)

    assert Counter(answer.status_code for answer in answers) == {202: HANDS}
    assert shop.finishes(uuid_of(order)) == "compensated"


def test_buyers_do_not_disturb_each_other(app, shop):
    buyers = [Buyer(shop) for _ in range(HANDS)]

    answers: list[Any] = at_once(app, [partial(buyer.orders, "MUG", "CUP") for buyer in buyers])

    assert len({order["id"] for order in answers}) == HANDS
