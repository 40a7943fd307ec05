"""Whose cart and order it is: what belongs to somebody else does not exist."""

import pytest

from tests.end_to_end.shop import Shop

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]
SKU = "PRIVATE"


@pytest.fixture(scope="module", autouse=True)
def goods(shop: Shop) -> None:
    shop.sell({SKU: 100})


def _anonymous(problem: dict[str, object]) -> dict[str, object]:
    """A problem without what names this one request."""
    return {name: problem[name] for name in ("code", "status", "title", "detail")}


@pytest.mark.parametrize("path", ["", "/timeline", "/events", "/returns"])
def test_order_of_somebody_else_looks_like_no_order(shop, path):
    owner, stranger = shop.customer(), shop.customer()
    order = owner.order(owner.make_cart({SKU: 1}))

    foreign = stranger.get(f"/orders/{order.id}{path}")
    missing = stranger.get(f"/orders/{order.id[:-4]}aaaa{path}")

    assert (foreign.status, missing.status) == (404, 404)
    assert _anonymous(foreign.body) == _anonymous(missing.body)


def test_order_of_somebody_else_cannot_be_cancelled(shop):
    owner, stranger = shop.customer(), shop.customer()
    order = owner.order(owner.make_cart({SKU: 1}))

    assert stranger.post(f"/orders/{order.id}/cancel").status == 404


def test_order_of_a_guest_is_open_to_its_cart_token_alone(shop):
    guest = shop.guest()
    cart, other = guest.make_cart({SKU: 1}), guest.make_cart({SKU: 1})
    order = guest.order(cart)

    assert guest.get(f"/orders/{order.id}", X_Cart_Token=cart.token).status == 200
    assert guest.get(f"/orders/{order.id}", X_Cart_Token=other.token).status == 404
    assert guest.get(f"/orders/{order.id}").status in (401, 404)


def test_cart_of_somebody_else_can_neither_be_seen_nor_ordered(shop):
    owner, stranger = shop.customer(), shop.customer()
    cart = owner.make_cart({SKU: 1})

    assert stranger.get(f"/carts/{cart.id}").status == 404
    assert stranger.place(cart, wait=0).status == 404


def test_list_of_orders_holds_the_callers_own(shop):
    owner, stranger = shop.customer(), shop.customer()
    order = owner.order(owner.make_cart({SKU: 1}))

    assert [one["id"] for one in owner.get("/orders").expect(200)["data"]] == [order.id]
    assert stranger.get("/orders").expect(200)["data"] == []


@pytest.mark.parametrize("path", ["/sagas", "/notifications/history"])
def test_what_operators_see_is_closed_to_customers(shop, path):
    assert shop.customer().get(path).status == 403


def test_guest_who_signs_in_keeps_the_cart_and_orders_it(shop):
    guest, customer = shop.guest(), shop.customer()
    brought = guest.make_cart({SKU: 2})
    own = customer.make_cart({SKU: 1})

    merged = customer.post(
        f"/carts/{own.id}/merge", {"strategy": "sum"}, X_Cart_Token=brought.token
    ).expect(200)
    order = customer.order(own)

    assert [item["quantity"] for item in merged["items"]] == [3]
    assert order.status == "processing"
    assert [line["quantity"] for line in order.body["lines"]] == [3]
    assert guest.get(f"/carts/{brought.id}", X_Cart_Token=brought.token).status == 404
