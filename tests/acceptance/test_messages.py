"""What people are told, and what they are offered."""

from uuid import uuid4

from kombu import Connection

from tests.end_to_end.shop import Shop, await_that


def test_row_065_an_order_is_confirmed_by_mail(shop, mails):
    sku, address = f"MAIL-{uuid4().hex[:8]}", f"{uuid4().hex[:8]}@example.com"
    shop.sell({sku: 5})
    guest = shop.guest()
    cart = guest.make_cart({sku: 1})
    payment = {"provider": "simulator", "token": "tok_ok"}
    order = {"cart_id": cart.id, "email": address, "payment": payment}

    guest.post("/orders", order, X_Cart_Token=cart.token, Idempotency_Key=address).expect(202)

    def arrived() -> bool:
        return address in [to for mail in list(mails.journal) for to in mail.recipients]

    await_that("the mail", arrived)


def test_row_070_deliveries_are_tracked_and_kept(shop):
    history = "/notifications/history/?limit=100"

    def delivered() -> bool:
        messages = shop.admin.at("GET", history).expect(200)["data"]
        return "delivered" in [one["state"] for one in messages if one["channel"] == "email"]

    shop.customer()
    await_that("a delivery", delivered)
    messages = shop.admin.at("GET", history).expect(200)["data"]
    message = next(
        one for one in messages if one["state"] == "delivered" and one["channel"] == "email"
    )
    attempts = shop.admin.get(f"/notifications/{message['id']}/attempts").expect(200)["data"]

    assert [one["number"] for one in attempts] == [1]
    assert shop.customer().get("/notifications/history").status == 403


def test_row_072_messages_leave_by_a_task_of_the_broker(shop):
    """The jobs worker of notifications consumes its own queue."""
    with Connection(shop.cluster.rabbit.url, connect_timeout=5) as connection:
        queue = connection.channel().queue_declare("notifications.jobs", passive=True)

    assert queue.consumer_count > 0


def _offer(shop: Shop) -> str:
    code = f"OFF-{uuid4().hex[:8]}".upper()
    shop.offer(code, uses=5)
    return code


def test_row_073_active_discounts_are_listed(shop):
    name = f"Sale {uuid4().hex[:8]}"
    promotion = {
        "name": name,
        "kind": "percentage",
        "percent_basis_points": 1,
        "automatic": True,
        "minimum_subtotal": {"amount": 10**9, "currency": "EUR"},
    }
    shop.admin.post("/promotions", promotion).expect(201)

    path = "/api/v1/promotions/queries/discounts/active/?limit=100"
    listed = shop.guest().at("GET", path).expect(200)["data"]

    assert name in [one["name"] for one in listed]


def test_row_074_a_coupon_is_found_by_its_code(shop):
    code = _offer(shop)

    path = f"/api/v1/promotions/queries/coupons/by-code/{code}/"
    found = shop.guest().at("GET", path).expect(200)

    assert found["percent_basis_points"] == 1000
    assert shop.guest().get("/promotions/coupons/by-code/NO-SUCH-CODE").status == 404


def test_row_075_banners_are_shown_by_position_and_schedule(shop):
    position = f"home-{uuid4().hex[:8]}"
    past, future = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    for title, plan in (
        ("second", {"priority": 1}),
        ("first", {"priority": 2, "starts_at": past, "ends_at": future}),
        ("not yet", {"starts_at": future}),
        ("over", {"ends_at": past}),
    ):
        body = {"position": position, "title": title, "link_url": "/sale", **plan}
        shop.admin.post("/promotions/banners", body).expect(201)
    guest = shop.guest()

    shown = guest.get(f"/promotions/banners/by-position/{position}").expect(200)
    older = guest.at("GET", f"/api/v1/promotions/queries/banners/by-position/{position}/")

    assert [banner["title"] for banner in shown["data"]] == ["first", "second"]
    assert older.expect(200) == shown
