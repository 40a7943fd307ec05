"""Promotions that depend on what other services tell: categories, groups, first orders."""

import time
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.contracts.accounts import CustomerGroupsChanged
from libs.contracts.carts import CloseCart
from libs.contracts.orders import OrderPlaced
from libs.contracts.promotions import Scope
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.testing.crowd import ROOMY, at_once
from libs.testing.tokens import Issuer
from services.carts import tasks
from services.carts.commands import freeze
from services.carts.tests.shop import BERLIN, Guest, Shop, codes

SHOES = uuid7()
ADA = uuid7()


@pytest.fixture
def app(service_app):
    """The service, with room for many who wait as long as it takes."""
    made = service_app("carts", **ROOMY)
    with made.app_context():
        yield made


class Customer:
    """A signed-in user who fills carts and orders them."""

    def __init__(self, client: FlaskClient, issuer: Issuer, user_id: UUID = ADA) -> None:
        self.client = client
        self.issuer = issuer
        self.user_id = user_id

    def cart(self, *skus: str, **body: Any) -> Guest:
        """A cart of these things that can be ordered."""
        headers = self.issuer.user(self.user_id)
        return Guest(self.client, *skus, headers=headers, shipping_address=BERLIN, **body)

    def orders(self, cart: Guest, order_id: UUID) -> Any:
        """Orders asks for the cart."""
        return self.client.application.test_client().post(
            f"/internal/carts/{cart.uuid}/freeze",
            json={
                "order_id": str(order_id),
                "request_key": str(order_id),
                "user_id": str(self.user_id),
                "cart_token": None,
            },
            headers=self.issuer.service("orders", "carts"),
        )


@pytest.fixture
def ada(client: FlaskClient, issuer: Issuer) -> Customer:
    """A customer."""
    return Customer(client, issuer)


def discount(cart: Guest) -> int:
    return int(cart.cart()["totals"]["discount"]["amount"])


def placed(order_id: UUID, cart: Guest) -> None:
    with transaction() as session:
        tasks.hold_cart(session, OrderPlaced(order_id=order_id, cart_id=cart.uuid))


def cancelled(order_id: UUID) -> None:
    with transaction() as session:
        freeze.reopen_cart(session, order_id)


def paid(order_id: UUID, cart: Guest) -> None:
    with transaction() as session:
        tasks.close_cart(session, CloseCart(cart_id=cart.uuid, order_id=order_id))


def test_a_promotion_of_a_category_counts_for_all_that_lies_below_it(client, shop):
    shop.sells("SANDAL", 1000, category_ids=(uuid7(), SHOES))
    shop.sells("MUG", 1000)
    shop.promotes(scope=Scope(category_ids=(SHOES,)))

    cart = Guest(client, "SANDAL", "MUG").made

    assert [item["discount"]["amount"] for item in cart["items"]] == [100, 0]


def test_a_product_that_moves_to_another_category_leaves_the_promotion(client, shop):
    shop.sells("SANDAL", 1000, category_ids=(SHOES,))
    shop.promotes(scope=Scope(category_ids=(SHOES,)))
    guest = Guest(client, "SANDAL")

    shop.sells("SANDAL", 1000, category_ids=())

    assert discount(guest) == 0


def test_members_of_a_group_get_its_discount_until_they_leave(ada, client, shop):
    shop.sells("MUG", 1000)
    shop.promotes(customer_groups=("vip",))
    cart = ada.cart("MUG")
    before = discount(cart)

    shop.knows(ADA, "vip", "press")
    member = discount(cart)
    shop.knows(ADA, "press")

    assert (before, member, discount(cart)) == (0, 100, 0)
    assert discount(Guest(client, "MUG")) == 0


def test_an_older_word_on_groups_changes_nothing(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(customer_groups=("vip",))
    shop.knows(ADA, "vip")

    with transaction() as session:
        old = CustomerGroupsChanged(user_id=ADA, version=1, groups=())
        tasks.project_groups(session, old)

    assert discount(ada.cart("MUG")) == 100


def test_the_first_order_s_discount_ends_with_the_order_that_is_paid(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    cart, next_cart = ada.cart("MUG"), ada.cart("MUG")
    order_id = uuid7()
    ada.orders(cart, order_id)

    paid(order_id, cart)

    assert discount(cart) == 100
    assert discount(next_cart) == 0


def test_any_paid_order_was_the_first(ada, shop):
    shop.sells("MUG", 1000)
    cart = ada.cart("MUG")
    order_id = uuid7()
    ada.orders(cart, order_id)
    paid(order_id, cart)

    shop.promotes(first_order=True)

    assert discount(ada.cart("MUG")) == 0


def test_a_cancelled_order_gives_the_first_order_s_discount_back(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    cart, other = ada.cart("MUG"), ada.cart("MUG")
    order_id = uuid7()
    ada.orders(cart, order_id)
    placed(order_id, cart)
    while_it_lives = discount(other)

    cancelled(order_id)

    assert (while_it_lives, discount(other), discount(cart)) == (0, 100, 100)


def test_a_paid_order_is_not_forgotten_with_another_that_is_cancelled(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    cart, other = ada.cart("MUG"), ada.cart("MUG")
    first, second = uuid7(), uuid7()
    ada.orders(cart, first)
    paid(second, other)

    cancelled(first)

    assert discount(ada.cart("MUG")) == 0


def test_of_two_carts_ordered_at_once_one_gets_the_first_order_s_discount(app, ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    carts = [ada.cart("MUG") for _ in range(10)]

    answers: list[Any] = at_once(app, [partial(ada.orders, cart, uuid7()) for cart in carts])

    refusals = [answer.json["code"] for answer in answers if answer.status_code != 200]
    assert len(refusals) == len(carts) - 1
    assert set(refusals) <= {"carts.first_order_taken", "carts.total_changed"}


def test_the_same_request_finds_its_claim_again(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    cart, order_id = ada.cart("MUG"), uuid7()

    once, again = ada.orders(cart, order_id), ada.orders(cart, order_id)

    assert (once.status_code, again.status_code) == (200, 200)
    assert once.json["totals"] == again.json["totals"]


def test_a_claim_lapses_with_its_lease(service_app, issuer):
    app = service_app("carts", ARGOSY_CARTS_LEASE_SECONDS="1")
    with app.app_context():
        shop, ada = Shop(), Customer(app.test_client(), issuer)
        shop.sells("MUG", 1000)
        shop.promotes(first_order=True)
        cart, other = ada.cart("MUG"), ada.cart("MUG")
        ada.orders(cart, uuid7())

        time.sleep(1.1)

        assert discount(other) == 100
        assert ada.orders(other, uuid7()).status_code == 200


def test_a_budget_that_is_used_up_ends_the_discount_and_a_release_brings_it_back(client, shop):
    shop.sells("MUG", 1000)
    promotion_id = shop.promotes("SAVE10", currency="EUR")
    cart = Guest(client, "MUG", coupons=["SAVE10"], shipping_address=BERLIN)

    shop.has_left(promotion_id, 99)
    used_up = cart.cart()
    shop.has_left(promotion_id, 100)

    assert (codes(used_up), discount(cart)) == (["coupon_budget_used_up"], 100)


def test_an_order_redeems_a_promotion_for_everybody_by_the_code_it_has_for_that(ada, shop):
    shop.sells("MUG", 1000)
    promotion_id = shop.promotes(redemption_code="ALL-X", currency="EUR")
    cart = ada.cart("MUG")

    frozen = ada.orders(cart, uuid7()).json

    assert frozen["redemptions"] == [
        {"code": "ALL-X", "promotion_id": str(promotion_id), "discount_minor": 100}
    ]
    assert cart.cart()["discounts"][0]["code"] is None


def test_a_buyer_cannot_name_that_code(client, shop):
    shop.sells("MUG", 1000)
    shop.promotes(redemption_code="ALL-X", currency="EUR")

    refused = Guest(client, "MUG").call("POST", "/coupons", {"code": "ALL-X"})

    assert refused.json["code"] == "carts.coupon_invalid"


def test_a_coupon_that_takes_nothing_off_is_not_used(ada, shop):
    shop.sells("MUG", 0)
    shop.promotes("SAVE10")
    cart = ada.cart("MUG", coupons=["SAVE10"])

    assert ada.orders(cart, uuid7()).json["redemptions"] == []


def test_a_guest_is_told_who_gets_a_coupon_for_first_orders(client, shop):
    shop.sells("MUG", 1000)
    shop.promotes("WELCOME", first_order=True)

    cart = Guest(client, "MUG", coupons=["WELCOME"], shipping_address=BERLIN).made

    assert codes(cart) == ["coupon_not_first_order"]


def test_an_order_that_ended_before_it_was_heard_of_leaves_no_claim(ada, shop):
    shop.sells("MUG", 1000)
    shop.promotes(first_order=True)
    cart, other = ada.cart("MUG"), ada.cart("MUG")
    order_id = uuid7()
    ada.orders(cart, order_id)

    cancelled(order_id)
    placed(order_id, cart)

    assert discount(other) == 100
