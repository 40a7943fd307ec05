"""The cart, from the first thing in it to what stands in the way of an order."""

from uuid import uuid4

import pytest

from tests.end_to_end.shop import Caller, Shop


@pytest.fixture(scope="module")
def sku(shop: Shop) -> str:
    """Something of which a hundred are for sale."""
    name = f"CART-{uuid4().hex[:8]}"
    shop.sell({name: 100})
    return name


def _quantities(caller: Caller) -> list[int]:
    cart = caller.at("GET", "/cart/").expect(200)
    return [item["quantity"] for item in cart["items"]]


def test_row_040_a_customer_sees_the_own_cart(shop, sku):
    buyer = shop.customer()
    cart = buyer.make_cart({sku: 1})

    shown = [buyer.at("GET", path).expect(200) for path in ("/cart", "/api/carts/")]

    assert [one["id"] for one in shown] == [cart.id] * 2
    assert [one["id"] for one in buyer.get("/carts").expect(200)["data"]] == [cart.id]
    assert shop.customer().get(f"/carts/{cart.id}").status == 404


def test_row_041_a_guest_s_cart_is_found_by_its_session_and_taken_along_at_sign_in(shop, sku):
    guest, customer = shop.guest(), shop.customer()
    cart = guest.make_cart({sku: 2})
    own = customer.make_cart({sku: 1})

    found = guest.get(f"/carts/by-session/{cart.token}").expect(200)
    older = guest.at("GET", f"/api/v1/orders/queries/carts/by-session/{cart.token}/").expect(200)
    merged = customer.post(f"/carts/{own.id}/merge", {}, X_Cart_Token=cart.token).expect(200)

    assert found["id"] == older["id"] == cart.id
    assert [item["quantity"] for item in merged["items"]] == [3]
    assert guest.get(f"/carts/by-session/{cart.token}").status == 404


def test_row_042_a_cart_is_kept_by_the_server_until_it_is_thrown_away(shop, sku):
    guest = shop.guest()
    cart = guest.make_cart({sku: 2})

    found = shop.guest().get(f"/carts/{cart.id}", X_Cart_Token=cart.token).expect(200)
    guest.call("DELETE", f"/carts/{cart.id}", X_Cart_Token=cart.token).expect(204)

    assert [item["quantity"] for item in found["items"]] == [2]
    assert guest.get(f"/carts/{cart.id}", X_Cart_Token=cart.token).status == 404


def test_row_043_an_item_is_added(shop, sku):
    buyer = shop.customer()
    item = {"sku": sku, "quantity": 2}

    made = buyer.at("POST", "/cart/items/", item).expect(200)
    buyer.at("POST", "/api/carts/add_item/", item).expect(200)
    buyer.post(f"/carts/{made['id']}/items", item).expect(200)

    assert _quantities(buyer) == [6]


def test_row_044_an_item_is_removed(shop, sku):
    buyer = shop.customer()
    made = buyer.at("POST", "/cart/items/", {"sku": sku, "quantity": 2}).expect(200)

    buyer.call("DELETE", f"/carts/{made['id']}/items/{made['items'][0]['id']}").expect(200)
    emptied = _quantities(buyer)
    buyer.at("POST", "/cart/items/", {"sku": sku, "quantity": 2}).expect(200)
    buyer.at("POST", "/api/carts/remove_item/", {"sku": sku}).expect(200)

    assert (emptied, _quantities(buyer)) == ([], [])


def test_row_045_a_quantity_is_changed(shop, sku):
    buyer = shop.customer()
    made = buyer.at("POST", "/cart/items/", {"sku": sku, "quantity": 2}).expect(200)
    path = f"/carts/{made['id']}/items/{made['items'][0]['id']}"

    buyer.call("PATCH", path, {"quantity": 5}).expect(200)
    patched = _quantities(buyer)
    buyer.at("PUT", "/api/carts/update_quantity/", {"sku": sku, "quantity": 7}).expect(200)

    assert (patched, _quantities(buyer)) == ([5], [7])


def test_row_046_a_cart_has_an_owner_times_and_items_with_product_and_quantity(shop, sku):
    buyer = shop.customer()
    cart = buyer.make_cart({sku: 3})

    shown = buyer.get(f"/carts/{cart.id}").expect(200)
    [item] = shown["items"]

    assert shown["user_id"].startswith("usr_")
    assert shown["created_at"] <= shown["updated_at"]
    assert (item["sku"], item["quantity"]) == (sku, 3)
    assert item["product_id"].startswith("prd_")
    assert item["total"]["amount"] == 3 * item["unit_price"]["amount"]


def test_row_047_what_carts_are_read_from_is_close_and_never_stale(shop, sku):
    """Prices and stock lie in the cart's own database; a change of either shows in every cart."""
    guest = shop.guest()
    cart = guest.make_cart({sku: 1})
    before = guest.get(f"/carts/{cart.id}", X_Cart_Token=cart.token).expect(200)

    guest.call(
        "PATCH",
        f"/carts/{cart.id}/items/{before['items'][0]['id']}",
        {"quantity": 4},
        X_Cart_Token=cart.token,
    ).expect(200)
    after = guest.get(f"/carts/{cart.id}", X_Cart_Token=cart.token)

    assert after.expect(200)["totals"]["subtotal"]["amount"] == 4 * 1250
    assert after.headers["ETag"] != f'"{before["version"]}"'


def test_row_048_a_cart_says_what_the_shelf_cannot_give(shop):
    sku = f"SCARCE-{uuid4().hex[:8]}"
    shop.sell({sku: 2})

    body = shop.guest().try_cart({sku: 3}).expect(201)

    [problem] = [one for one in body["problems"] if one.get("sku") == sku]
    assert (problem["code"], problem["available"]) == ("not_enough_stock", 2)
