"""Carts over HTTP, on PostgreSQL."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.ids import to_text, uuid7
from services.carts.commands import carts
from services.carts.tests.shop import BERLIN, Guest, Shop, codes


def test_a_cart_is_priced_when_it_is_made(client, shop):
    shop.sells("MUG", 1000)
    shop.sells("PEN", 250)

    made = client.post(
        "/api/v1/carts",
        json={
            "currency": "EUR",
            "items": [{"sku": "MUG", "quantity": 2}, {"sku": "PEN", "quantity": 1}],
            "shipping_address": BERLIN,
        },
    )

    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/carts/{made.json['id']}"
    assert [item["sku"] for item in made.json["items"]] == ["MUG", "PEN"]
    assert made.json["totals"]["subtotal"] == {
        "amount": 2250,
        "currency": "EUR",
        "decimal": "22.50",
    }
    assert made.json["totals"]["shipping"]["amount"] == 490
    assert made.json["totals"]["total"]["amount"] == 2740
    assert made.json["problems"] == []


def test_an_address_in_any_country_leaves_the_default_total_as_it_is(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")

    totals = {
        guest.call("PUT", "/shipping-address", BERLIN | {"country": country}).json["totals"][
            "total"
        ]["amount"]
        for country in ("DE", "US", "JP")
    }

    assert totals == {guest.made["totals"]["total"]["amount"]}


def test_lines_of_one_variant_are_summed_up(client, shop):
    variant_id = shop.sells("MUG", stock=3)
    items = [
        {"sku": "MUG", "quantity": 2},
        {"variant_id": to_text("var", variant_id), "quantity": 2},
    ]

    cart = Guest(client, items=items).made

    assert [item["quantity"] for item in cart["items"]] == [4]
    assert cart["problems"][0] == {
        "code": "not_enough_stock",
        "detail": "only 3 of MUG are available",
        "item_id": cart["items"][0]["id"],
        "sku": "MUG",
        "available": 3,
    }


def test_an_unknown_sku_is_refused(client, shop):
    shop.sells("MUG")
    ghost = to_text("var", uuid7())
    items = [{"sku": sku, "quantity": 1} for sku in ("MUG", "GHOST")]
    items.append({"variant_id": ghost, "quantity": 1})

    refused = client.post("/api/v1/carts", json={"currency": "EUR", "items": items})

    assert refused.status_code == 422
    assert refused.json["code"] == "carts.sku_unknown"
    assert refused.json["unknown"] == ["GHOST", ghost]


def test_a_sku_without_a_price_in_the_currency_is_refused(client, shop):
    shop.sells("MUG", currency="USD")
    items = [{"sku": "MUG", "quantity": 1}]

    refused = client.post("/api/v1/carts", json={"currency": "EUR", "items": items})

    assert refused.status_code == 422
    assert refused.json["code"] == "carts.price_missing"


@pytest.mark.parametrize("quantity", [-1, 0, 1.9, "5", True, None, 2**63, 100_001])
def test_a_quantity_that_is_no_honest_number_is_refused(client, shop, quantity):
    shop.sells("MUG")
    items = [{"sku": "MUG", "quantity": quantity}]

    refused = client.post("/api/v1/carts", json={"currency": "EUR", "items": items})

    assert refused.status_code == 422


@pytest.mark.parametrize("field", ["unit_price", "total", "discount", "tax", "currency"])
def test_an_item_cannot_bring_its_own_price(client, shop, field):
    shop.sells("MUG")
    items = [{"sku": "MUG", "quantity": 1, field: 1}]

    refused = client.post("/api/v1/carts", json={"currency": "EUR", "items": items})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == f"/items/0/{field}"


def test_a_total_that_cannot_be_charged_is_refused(client, shop):
    shop.sells("YACHT", 10**9)
    items = [{"sku": "YACHT", "quantity": 100_000}]

    refused = client.post("/api/v1/carts", json={"currency": "EUR", "items": items})

    assert refused.status_code == 422
    assert refused.json["code"] == "carts.total_too_large"


def test_an_item_names_its_variant_once(client, shop):
    variant_id = to_text("var", shop.sells("MUG"))
    both = {"currency": "EUR", "items": [{"sku": "MUG", "variant_id": variant_id, "quantity": 1}]}
    neither = {"currency": "EUR", "items": [{"quantity": 1}]}

    assert client.post("/api/v1/carts", json=both).status_code == 422
    assert client.post("/api/v1/carts", json=neither).status_code == 422


def test_only_the_token_opens_a_guest_s_cart(client, shop):
    shop.sells("MUG")
    guest, other = Guest(client, "MUG"), Guest(client, "MUG")
    path = f"/api/v1/carts/{guest.id}"

    assert client.get(path, headers=guest.headers).status_code == 200
    assert client.get(path).status_code == 404
    assert client.get(path, headers=other.headers).status_code == 404
    assert client.delete(path, headers=other.headers).status_code == 404


def test_the_token_is_kept_only_as_a_hash(client, shop):
    shop.sells("MUG")

    guest = Guest(client, "MUG")

    with reading() as session:
        rows = session.execute(text("SELECT cart::text FROM cart")).scalars().all()
    assert len(guest.token) >= 43
    assert "session_token" not in guest.cart()
    assert guest.token not in rows[0]


def test_a_user_s_cart_is_only_the_user_s(client, shop, issuer):
    shop.sells("MUG")
    mine, other = issuer.user(uuid7()), issuer.user(uuid7())
    cart = Guest(client, "MUG", headers=mine)

    assert cart.token is None
    assert cart.call("GET").status_code == 200
    assert client.get(f"/api/v1/carts/{cart.id}", headers=other).status_code == 404
    assert client.get(f"/api/v1/carts/{cart.id}", headers=issuer.admin()).status_code == 404


def test_the_list_shows_the_caller_s_own_carts_newest_first(client, shop, issuer):
    shop.sells("MUG")
    mine = issuer.user(uuid7())
    carts = [Guest(client, "MUG", headers=mine).id for _ in range(3)]
    guest = Guest(client, "MUG")

    listed = client.get("/api/v1/carts?limit=2", headers=mine).json
    rest = client.get(f"/api/v1/carts?limit=2&cursor={listed['page']['next']}", headers=mine).json

    assert [cart["id"] for cart in listed["data"] + rest["data"]] == carts[::-1]
    assert listed["data"][0]["totals"]["total"]["amount"] == 1490
    own = client.get("/api/v1/carts", headers=guest.headers).json
    assert [cart["id"] for cart in own["data"]] == [guest.id]


def test_without_any_proof_the_list_is_empty(client, shop, issuer):
    shop.sells("MUG")
    Guest(client, "MUG", headers=issuer.user(uuid7()))
    Guest(client, "MUG")

    assert client.get("/api/v1/carts").json["data"] == []


def test_adding_more_of_a_variant_raises_its_quantity(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")

    added = guest.call("POST", "/items", {"sku": "MUG", "quantity": 2})

    assert added.status_code == 200
    assert [item["quantity"] for item in added.json["items"]] == [3]
    assert added.json["items"][0]["id"] == guest.made["items"][0]["id"]
    assert added.json == guest.cart()


def test_items_are_changed_and_removed_one_by_one(client, shop):
    shop.sells("MUG")
    shop.sells("PEN", 250)
    guest = Guest(client, "MUG", "PEN")
    mug, pen = (item["id"] for item in guest.made["items"])

    changed = guest.call("PATCH", f"/items/{mug}", {"quantity": 5})
    removed = guest.call("DELETE", f"/items/{pen}")

    assert changed.json["totals"]["subtotal"]["amount"] == 5250
    assert [item["quantity"] for item in removed.json["items"]] == [5]
    assert guest.call("DELETE", f"/items/{pen}").status_code == 404


@pytest.mark.parametrize(
    ("field", "wishes"),
    [("items", [{"sku": "MUG", "quantity": 1}] * 5001), ("coupons", ["SAVE10"] * 101)],
)
def test_a_body_full_of_wishes_is_refused_before_any_is_looked_up(client, field, wishes):
    answer = client.post("/api/v1/carts", json={"currency": "EUR", field: wishes})

    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{field}"]


def test_a_cart_holds_so_many_lines_and_pieces_and_no_more(service_app):
    app = service_app("carts", ARGOSY_CARTS_MAX_LINES="2", ARGOSY_CARTS_MAX_QUANTITY="5")
    with app.app_context():
        for sku in ("A", "B", "C"):
            Shop().sells(sku)
    guest = Guest(app.test_client(), "A", "B")

    third = guest.call("POST", "/items", {"sku": "C", "quantity": 1})
    sixth = guest.call("POST", "/items", {"sku": "A", "quantity": 5})

    assert (third.status_code, third.json["code"]) == (422, "carts.too_many_lines")
    assert (sixth.status_code, sixth.json["code"]) == (422, "carts.quantity_too_large")


def test_a_stale_if_match_changes_nothing(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")
    seen = guest.call("GET").headers["ETag"]
    guest.call("POST", "/items", {"sku": "MUG", "quantity": 1})

    stale = guest.call("POST", "/items", {"sku": "MUG", "quantity": 1}, If_Match=seen)

    assert stale.status_code == 412
    assert guest.cart()["items"][0]["quantity"] == 2


def test_what_no_longer_holds_is_told_as_problems(client, shop):
    shop.sells("MUG")
    shop.sells("PEN")
    guest = Guest(client, "MUG", "PEN", coupons=[])

    shop.sells("MUG", 1100, stock=0)
    shop.sells("PEN", active=False)

    cart = guest.cart()
    assert codes(cart) == [
        "price_changed",
        "not_enough_stock",
        "variant_inactive",
        "shipping_address_missing",
    ]
    assert cart["totals"]["subtotal"]["amount"] == 2100


def test_a_price_change_is_told_once_with_the_next_write(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG", shipping_address=BERLIN)
    shop.sells("MUG", 1100)

    written = guest.call("POST", "/items", {"sku": "MUG", "quantity": 1}).json
    patched = guest.call("PATCH", "", {"shipping_method": "express"}).json

    assert written["totals"]["subtotal"]["amount"] == 2200
    assert codes(patched) == []


def test_a_variant_that_the_shop_forgot_is_a_problem(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG", shipping_address=BERLIN)
    with transaction() as session:
        session.execute(text("DELETE FROM variant"))

    cart = guest.cart()

    assert codes(cart) == ["variant_unknown"]
    assert cart["items"][0]["sku"] is None
    assert cart["items"][0]["unit_price"]["amount"] == 1000


def test_an_empty_cart_has_no_total_and_says_so(client):
    cart = Guest(client, shipping_address=BERLIN).made

    assert cart["totals"]["total"]["amount"] == 0
    assert codes(cart) == ["empty"]


def test_a_shipping_method_is_chosen_by_its_code(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")

    chosen = guest.call("PUT", "/shipping-method", {"method": "express"})
    unknown = guest.call("PUT", "/shipping-method", {"method": "teleport"})

    assert chosen.json["totals"]["shipping"]["amount"] == 1290
    assert (unknown.status_code, unknown.json["code"]) == (422, "carts.shipping_method_unknown")


def test_null_clears_what_was_chosen(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG", shipping_method="express", shipping_address=BERLIN)

    cleared = guest.call("PATCH", "", {"shipping_method": None, "shipping_address": None})

    assert cleared.json["shipping_method"] == "standard"
    assert codes(cleared.json) == ["shipping_address_missing"]


def test_a_deleted_cart_is_gone(client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")

    assert guest.call("DELETE").status_code == 204
    assert guest.call("GET").status_code == 404


def test_idle_carts_are_thrown_away_unless_a_live_order_has_them(client, shop):
    shop.sells("MUG")
    idle, fresh, held, closed = (Guest(client, "MUG") for _ in range(4))
    with transaction() as session:
        session.execute(
            text("UPDATE cart SET updated_at = now() - interval '31 days' WHERE id <> :id"),
            {"id": fresh.uuid},
        )
        for cart, status in ((held, "frozen"), (closed, "closed")):
            session.execute(
                text("UPDATE cart SET status = :status, order_id = :order WHERE id = :id"),
                {"id": cart.uuid, "order": uuid4(), "status": status},
            )

    with transaction() as session:
        expired = carts.expire_carts(session, days=30, limit=10)

    with reading() as session:
        left = set(session.scalars(text("SELECT id FROM cart")))
    assert expired == 2
    assert left == {fresh.uuid, held.uuid}
    assert idle.call("GET").status_code == 404
